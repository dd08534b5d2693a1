#include "crypto/crc.h"

#include "crypto/crc_fold.h"
#include "crypto/crc_polynomial.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace alexander {

namespace {

constexpr std::uint32_t crc32_polynomial = 0xedb88320;
constexpr std::uint32_t crc32c_polynomial = 0x82f63b78;
constexpr std::uint64_t crc64nvme_polynomial = 0x9a6c9329ac4bc9b5;

template <typename Word, Word polynomial>
Word update(Word state, ByteView bytes) noexcept {
    static constexpr crc::FoldKeys keys = crc::make_fold_keys<Word>(polynomial);
    if (bytes.size() >= crc::smallest_fold && crc::can_fold()) {
        const std::size_t folded_size = bytes.size() / 16 * 16;
        const crc::Folded folded = crc::fold(keys, state, bytes.first(folded_size));
        state = crc::update_by_table<Word, polynomial>(0, folded);
        bytes = bytes.subspan(folded_size);
    }
    return crc::update_by_table<Word, polynomial>(state, bytes);
}

#if defined(__x86_64__)

// For record headers and other short runs; folding wins on long ones.
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t state,
                                                                      ByteView bytes) noexcept {
    std::uint64_t wide = state;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    state = static_cast<std::uint32_t>(wide);
    for (const std::byte byte : bytes)
        state = _mm_crc32_u8(state, std::to_integer<std::uint8_t>(byte));
    return state;
}

#endif

}  // namespace

std::uint32_t crc32(ByteView bytes, std::uint32_t crc) noexcept {
    return ~update<std::uint32_t, crc32_polynomial>(~crc, bytes);
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t crc) noexcept {
#if defined(__x86_64__)
    constexpr std::size_t largest_short = 256;
    if (bytes.size() <= largest_short && __builtin_cpu_supports("sse4.2"))
        return ~crc32c_by_instruction(~crc, bytes);
#endif
    return ~update<std::uint32_t, crc32c_polynomial>(~crc, bytes);
}

std::uint64_t crc64nvme(ByteView bytes, std::uint64_t crc) noexcept {
    return ~update<std::uint64_t, crc64nvme_polynomial>(~crc, bytes);
}

std::uint32_t crc32_combine(std::uint32_t a, std::uint32_t b, std::uint64_t b_size_bytes) noexcept {
    return crc::combine<std::uint32_t, crc32_polynomial>(a, b, b_size_bytes);
}

std::uint32_t crc32c_combine(std::uint32_t a,
                             std::uint32_t b,
                             std::uint64_t b_size_bytes) noexcept {
    return crc::combine<std::uint32_t, crc32c_polynomial>(a, b, b_size_bytes);
}

std::uint64_t crc64nvme_combine(std::uint64_t a,
                                std::uint64_t b,
                                std::uint64_t b_size_bytes) noexcept {
    return crc::combine<std::uint64_t, crc64nvme_polynomial>(a, b, b_size_bytes);
}

}  // namespace alexander
