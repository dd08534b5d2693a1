// Message digests: SHA-256, MD5, SHA-1, SHA-512.
#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <memory>

namespace alexander {

using Md5Digest = std::array<std::byte, 16>;
using Sha256Digest = std::array<std::byte, 32>;

enum class HashKind : std::uint8_t { md5, sha1, sha256, sha512 };

/// Bytes in a digest of `kind`.
[[nodiscard]] std::size_t digest_size(HashKind kind) noexcept;

/// A digest computed piece by piece. One thread at a time.
class Hash {
public:
    explicit Hash(HashKind kind);
    ~Hash();
    Hash(Hash&&) noexcept;
    Hash& operator=(Hash&&) noexcept;

    void update(ByteView bytes);

    /// The digest of all bytes since construction or the last finish; starts anew.
    [[nodiscard]] Bytes finish();

    /// The digest so far; more may be added afterwards.
    [[nodiscard]] Bytes peek() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] Sha256Digest sha256(ByteView bytes);
[[nodiscard]] Md5Digest md5(ByteView bytes);

}  // namespace alexander
