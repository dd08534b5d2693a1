// SQLite's checksum of its log: two sums, each fed by the other. Also the one of our pages.
#pragma once

#include "base/bytes.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace alexander::sql {

using Checksum = std::array<std::uint32_t, 2>;

[[nodiscard]] constexpr std::uint32_t swap_bytes(std::uint32_t value) {
    return value << 24 | (value & 0xff00U) << 8 | (value >> 8 & 0xff00U) | value >> 24;
}

/// Continues `sum` over words of 32 bits in the given byte order. `bytes` is a multiple of 8 long.
[[nodiscard]] inline Checksum add_checksum(ByteView bytes, Checksum sum, bool is_big_endian) {
    const bool is_swapped = is_big_endian != (std::endian::native == std::endian::big);
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        std::uint32_t words[2];
        std::memcpy(words, bytes.data() + i, sizeof words);
        sum[0] += (is_swapped ? swap_bytes(words[0]) : words[0]) + sum[1];
        sum[1] += (is_swapped ? swap_bytes(words[1]) : words[1]) + sum[0];
    }
    return sum;
}

}  // namespace alexander::sql
