// XXH64, XXH3 and XXH128: checksums against accidents, not against forging. Seed 0.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <memory>

namespace alexander {

enum class XxHashKind : std::uint8_t { xxh64, xxh3, xxh128 };

/// A checksum computed piece by piece. One thread at a time.
class XxHash {
public:
    explicit XxHash(XxHashKind kind);
    ~XxHash();
    XxHash(XxHash&&) noexcept;
    XxHash& operator=(XxHash&&) noexcept;

    void update(ByteView bytes);

    /// The checksum so far, big-endian: 8 bytes, or 16 of XXH128.
    [[nodiscard]] Bytes value() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
