#include "crypto/crc_fold.h"

#include <cassert>

#if defined(__x86_64__)
#include <immintrin.h>
#define ALEXANDER_FOLD_TARGET __attribute__((target("pclmul,sse4.1")))
#elif defined(__aarch64__) && defined(__GNUC__)
#include <arm_neon.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#if defined(__clang__)
#define ALEXANDER_FOLD_TARGET __attribute__((target("aes")))
#else
#define ALEXANDER_FOLD_TARGET __attribute__((target("+crypto")))
#endif
#endif

namespace alexander::crc {

#if defined(ALEXANDER_FOLD_TARGET)

namespace {

#if defined(__x86_64__)

using Block = __m128i;

ALEXANDER_FOLD_TARGET inline Block load(const std::byte* from) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const Block*>(from));
}

ALEXANDER_FOLD_TARGET inline Block load(const std::array<std::uint64_t, 2>& key) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const Block*>(key.data()));
}

ALEXANDER_FOLD_TARGET inline Block add_first_word(Block block, std::uint64_t word) noexcept {
    return _mm_xor_si128(block, _mm_cvtsi64_si128(static_cast<long long>(word)));
}

ALEXANDER_FOLD_TARGET inline Block move(Block block, Block key, Block next) noexcept {
    const Block first = _mm_clmulepi64_si128(block, key, 0x00);
    const Block second = _mm_clmulepi64_si128(block, key, 0x11);
    return _mm_xor_si128(_mm_xor_si128(first, second), next);
}

ALEXANDER_FOLD_TARGET inline void store(Block block, Folded& to) noexcept {
    _mm_storeu_si128(reinterpret_cast<Block*>(to.data()), block);
}

#else

using Block = uint64x2_t;

ALEXANDER_FOLD_TARGET inline Block load(const std::byte* from) noexcept {
    return vreinterpretq_u64_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(from)));
}

ALEXANDER_FOLD_TARGET inline Block load(const std::array<std::uint64_t, 2>& key) noexcept {
    return vcombine_u64(vcreate_u64(key[0]), vcreate_u64(key[1]));
}

ALEXANDER_FOLD_TARGET inline Block add_first_word(Block block, std::uint64_t word) noexcept {
    return veorq_u64(block, vcombine_u64(vcreate_u64(word), vcreate_u64(0)));
}

ALEXANDER_FOLD_TARGET inline Block move(Block block, Block key, Block next) noexcept {
    const Block first =
        vreinterpretq_u64_p128(vmull_p64(static_cast<poly64_t>(vgetq_lane_u64(block, 0)),
                                         static_cast<poly64_t>(vgetq_lane_u64(key, 0))));
    const Block second = vreinterpretq_u64_p128(
        vmull_high_p64(vreinterpretq_p64_u64(block), vreinterpretq_p64_u64(key)));
    return veorq_u64(veorq_u64(first, second), next);
}

ALEXANDER_FOLD_TARGET inline void store(Block block, Folded& to) noexcept {
    vst1q_u8(reinterpret_cast<std::uint8_t*>(to.data()), vreinterpretq_u8_u64(block));
}

#endif

}  // namespace

bool can_fold() noexcept {
#if defined(__x86_64__)
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#else
    static const bool has_pmull = (::getauxval(AT_HWCAP) & HWCAP_PMULL) != 0;
    return has_pmull;
#endif
}

ALEXANDER_FOLD_TARGET Folded fold(const FoldKeys& keys,
                                  std::uint64_t state,
                                  ByteView bytes) noexcept {
    assert(bytes.size() >= smallest_fold && bytes.size() % 16 == 0);
    const std::byte* next = bytes.data();
    const std::byte* const end = next + bytes.size();
    Block a = add_first_word(load(next), state);
    Block b = load(next + 16);
    Block c = load(next + 32);
    Block d = load(next + 48);
    // Four at a time hide the latency of the multiplication.
    const Block by_64 = load(keys.by_64);
    for (next += 64; end - next >= 64; next += 64) {
        a = move(a, by_64, load(next));
        b = move(b, by_64, load(next + 16));
        c = move(c, by_64, load(next + 32));
        d = move(d, by_64, load(next + 48));
    }
    const Block by_16 = load(keys.by_16);
    a = move(a, by_16, b);
    a = move(a, by_16, c);
    a = move(a, by_16, d);
    for (; next != end; next += 16)
        a = move(a, by_16, load(next));
    Folded folded{};
    store(a, folded);
    return folded;
}

#else

bool can_fold() noexcept {
    return false;
}

Folded fold(const FoldKeys&, std::uint64_t, ByteView) noexcept {
    assert(false);
    return {};
}

#endif

}  // namespace alexander::crc
