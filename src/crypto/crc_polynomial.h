// Arithmetic of reflected cyclic redundancy checks of 32 and 64 bits, and their tables.
// Only for src/crypto/crc*.cc.
#pragma once

#include "base/bytes.h"

#include <array>
#include <limits>

namespace alexander::crc {

/// A polynomial is a Word whose highest bit is the coefficient of x^0 and whose lowest is that of
/// x^(digits - 1); `polynomial` is the modulus without its leading term.
template <typename Word>
inline constexpr unsigned digits = std::numeric_limits<Word>::digits;

template <typename Word>
inline constexpr Word one = Word{1} << (digits<Word> - 1);

template <typename Word>
[[nodiscard]] constexpr Word times_x(Word value, Word polynomial) noexcept {
    return (value >> 1U) ^ ((value & 1U) != 0 ? polynomial : Word{0});
}

template <typename Word>
[[nodiscard]] constexpr Word multiply(Word left, Word right, Word polynomial) noexcept {
    Word product = 0;
    for (; left != 0; left <<= 1U) {
        if ((left & one<Word>) != 0)
            product ^= right;
        right = times_x(right, polynomial);
    }
    return product;
}

/// x^exponent; for compile time.
template <typename Word>
[[nodiscard]] constexpr Word power_of_x(unsigned exponent, Word polynomial) noexcept {
    Word power = one<Word>;
    for (unsigned i = 0; i < exponent; ++i)
        power = times_x(power, polynomial);
    return power;
}

/// The check value of A || B from theirs.
template <typename Word, Word polynomial>
[[nodiscard]] constexpr Word combine(Word a, Word b, std::uint64_t b_size_bytes) noexcept {
    Word square = power_of_x<Word>(8, polynomial);  // x^(8 * 2^i)
    for (std::uint64_t rest = b_size_bytes; rest != 0; rest >>= 1U) {
        if ((rest & 1U) != 0)
            a = multiply(a, square, polynomial);
        square = multiply(square, square, polynomial);
    }
    return a ^ b;
}

inline constexpr std::size_t slices = 16;

template <typename Word>
using Tables = std::array<std::array<Word, 256>, slices>;

/// Entry [s][b]: what byte b becomes after s further zero bytes.
template <typename Word>
[[nodiscard]] constexpr Tables<Word> make_tables(Word polynomial) noexcept {
    Tables<Word> tables{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        Word value = byte;
        for (unsigned bit = 0; bit < 8; ++bit)
            value = times_x(value, polynomial);
        tables[0][byte] = value;
    }
    for (std::size_t slice = 1; slice < slices; ++slice) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            const Word before = tables[slice - 1][byte];
            tables[slice][byte] = (before >> 8U) ^ tables[0][before & 0xffU];
        }
    }
    return tables;
}

/// The register after `bytes`, 16 at a time by table.
template <typename Word, Word polynomial>
[[nodiscard]] Word update_by_table(Word state, ByteView bytes) noexcept {
    static constexpr Tables<Word> tables = make_tables<Word>(polynomial);
    const std::byte* next = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= slices; left -= slices, next += slices) {
        Word sum = 0;
        for (unsigned i = 0; i < slices; ++i) {
            auto byte = std::to_integer<std::uint8_t>(next[i]);
            if (i < sizeof(Word))
                byte = static_cast<std::uint8_t>(byte ^ (state >> (8 * i)));
            sum ^= tables[slices - 1 - i][byte];
        }
        state = sum;
    }
    for (; left > 0; --left, ++next)
        state = (state >> 8U) ^ tables[0][(state ^ std::to_integer<std::uint8_t>(*next)) & 0xffU];
    return state;
}

}  // namespace alexander::crc
