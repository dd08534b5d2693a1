// Cuts a stream of plaintext into chunks where its content says so.
// FastCDC (2020): gear hash, two bytes a step, normalized chunking level 2.
#pragma once

#include "base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace alexander {

/// Values are in the catalog: an object keeps the profile of the version it replaces.
enum class ChunkProfile : std::uint8_t { standard = 0, small = 1, bulk = 2, fixed = 3 };

/// Bytes. No chunk but the last of a stream is shorter than min; none is longer than max.
struct ChunkSizes {
    std::size_t min;
    std::size_t avg;
    std::size_t max;
};

/// No profile makes longer chunks.
inline constexpr std::size_t max_chunk_size = std::size_t{1} << 20;

/// standard 64/256/1024 KiB, small 16/64/256, bulk 256/512/1024, fixed 64/64/64.
[[nodiscard]] ChunkSizes chunk_sizes(ChunkProfile profile) noexcept;

/// 256 random-looking 64-bit words, one per byte value, secret because boundaries tell of content.
///
/// Immutable: any thread, any time. Word i is the little-endian u64 at byte 8 * (i mod 4) of
/// HMAC-SHA256(gear key, "alexander gear 1" || u8(i / 4)). Changing this ends deduplication with
/// what is stored, nothing else.
class GearTable {
public:
    explicit GearTable(ByteView gear_key);

    [[nodiscard]] const std::array<std::uint64_t, 256>& words() const noexcept { return words_; }

    /// Every word shifted left by one: the first byte of each step of two.
    [[nodiscard]] const std::array<std::uint64_t, 256>& doubled() const noexcept {
        return doubled_;
    }

private:
    std::array<std::uint64_t, 256> words_{};
    std::array<std::uint64_t, 256> doubled_{};
};

/// Whether a view holds all that is left of its stream.
enum class End : std::uint8_t { no, yes };

/// Stateless: any thread, any time. Cuts depend only on the bytes since the last cut, never on how
/// many of them are shown at once.
class Chunker {
public:
    /// Borrows `gear`, which must live longer.
    Chunker(const GearTable& gear, ChunkProfile profile) noexcept;

    /// Length of the next chunk at the start of `data`, or 0 if more data is needed to tell.
    /// With End::yes it is 0 only for no data. Each call looks from min on again: show at least
    /// sizes().max bytes at a time, unless the stream ends before.
    [[nodiscard]] std::size_t next(ByteView data, End end) const noexcept;

    [[nodiscard]] const ChunkSizes& sizes() const noexcept { return sizes_; }

private:
    const GearTable& gear_;
    ChunkSizes sizes_;
    bool fixed_;
    std::size_t normal_;  // cuts are rarer before it and more frequent after it
    std::uint64_t rare_mask_;
    std::uint64_t frequent_mask_;
};

}  // namespace alexander
