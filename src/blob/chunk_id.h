// The name of a run of plaintext bytes inside one deduplication domain.
#pragma once

#include "base/bytes.h"
#include "crypto/hmac.h"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

namespace alexander {

/// HMAC-SHA256(domain id key, SHA-256(plaintext)): it tells nothing to whom the key is unknown.
struct ChunkId {
    std::array<std::byte, 32> bytes{};

    friend auto operator<=>(const ChunkId&, const ChunkId&) = default;
};

[[nodiscard]] inline ChunkId chunk_id(const KeyedHmac& id_key,
                                      const Sha256Digest& plaintext_digest) {
    return ChunkId{id_key.compute(plaintext_digest)};
}

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string to_string(const ChunkId& id);

}  // namespace alexander

/// An id is an HMAC already: any eight bytes of it are a good hash.
template <>
struct std::hash<alexander::ChunkId> {
    [[nodiscard]] std::size_t operator()(const alexander::ChunkId& id) const noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, id.bytes.data(), sizeof word);
        return static_cast<std::size_t>(word);
    }
};
