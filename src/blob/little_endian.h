// Unsigned integers in little-endian bytes, as every format of this layer has them.
#pragma once

#include "base/bytes.h"

#include <concepts>
#include <cstdint>

namespace alexander {

/// Reads sizeof(T) bytes at `from`.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_le(const std::byte* from) noexcept {
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
        value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) |
                               std::to_integer<std::uint64_t>(from[i]));
    return value;
}

/// Writes sizeof(T) bytes at `to`.
template <std::unsigned_integral T>
constexpr void store_le(std::byte* to, T value) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i)
        to[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
}

}  // namespace alexander
