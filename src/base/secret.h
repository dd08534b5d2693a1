// Bytes that must not leave memory.
#pragma once

#include "base/bytes.h"

namespace alexander {

/// Owns key material: locked, kept out of core dumps, wiped at the end. It has no text form.
/// Movable, copied only on request. One thread at a time may change it.
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size);
    explicit SecretBytes(ByteView bytes);
    ~SecretBytes();
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;

    [[nodiscard]] SecretBytes clone() const { return SecretBytes(view()); }

    [[nodiscard]] ByteView view() const noexcept { return {data_, size_}; }

    [[nodiscard]] MutableBytes bytes() noexcept { return {data_, size_}; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace alexander
