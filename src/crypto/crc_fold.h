// Shortening of a message by carry-less multiplication, for any reflected CRC.
// V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009.
// Only for src/crypto/crc*.cc.
#pragma once

#include "crypto/crc_polynomial.h"

#include <array>

namespace alexander::crc {

/// Multipliers that move 16 bytes past 64 or past 16 further bytes.
struct FoldKeys {
    std::array<std::uint64_t, 2> by_64;
    std::array<std::uint64_t, 2> by_16;
};

/// The first half of a block has the higher powers, hence 64 more. One less throughout: the
/// product of two reflected words comes out one power of x too high.
template <typename Word>
[[nodiscard]] constexpr FoldKeys make_fold_keys(Word polynomial) noexcept {
    const auto key = [polynomial](unsigned bits) {
        return std::uint64_t{power_of_x<Word>(bits - 1, polynomial)} << (64U - digits<Word>);
    };
    return {{key(512 + 64), key(512)}, {key(128 + 64), key(128)}};
}

inline constexpr std::size_t smallest_fold = 64;

/// 16 bytes with the same remainder as a message that was folded.
using Folded = std::array<std::byte, 16>;

[[nodiscard]] bool can_fold() noexcept;

/// Folds `bytes`, a multiple of 16 and at least 64 of them, whose first bytes are to be changed by
/// `state`. Only if can_fold().
[[nodiscard]] Folded fold(const FoldKeys& keys, std::uint64_t state, ByteView bytes) noexcept;

}  // namespace alexander::crc
