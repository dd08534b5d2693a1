#include "blob/chunker.h"

#include "blob/little_endian.h"
#include "crypto/hmac.h"

#include <algorithm>
#include <string_view>

namespace alexander {

namespace {

constexpr std::size_t kib = 1024;

struct Shape {
    ChunkSizes sizes;
    std::size_t normal;  // even, like min and max: a step is two bytes
    unsigned average_bits;
};

// `normal` makes the expected length on random data equal to avg. With masks of n + 2 and n - 2
// bits the length is min + 2^(n+2) (1 - s) + 2^(n-2) s, s = exp(-(normal - min) / 2^(n+2)).
constexpr Shape standard_shape{{64 * kib, 256 * kib, 1024 * kib}, 210 * kib, 18};
constexpr Shape small_shape{{16 * kib, 64 * kib, 256 * kib}, 210 * kib / 4, 16};
constexpr Shape bulk_shape{{256 * kib, 512 * kib, 1024 * kib}, 397 * kib, 19};
constexpr Shape fixed_shape{{64 * kib, 64 * kib, 64 * kib}, 64 * kib, 16};

const Shape& shape_of(ChunkProfile profile) noexcept {
    switch (profile) {
        case ChunkProfile::standard:
            return standard_shape;
        case ChunkProfile::small:
            return small_shape;
        case ChunkProfile::bulk:
            return bulk_shape;
        case ChunkProfile::fixed:
            return fixed_shape;
    }
    return standard_shape;
}

// The high bits of the hash depend on the last 64 bytes, the low ones on few. Bit 63 stays free:
// the first hash of a step is tested shifted left by one.
constexpr std::uint64_t mask_of(unsigned bits) noexcept {
    return ((std::uint64_t{1} << bits) - 1) << (63 - bits);
}

struct Scan {
    const std::byte* data = nullptr;
    const std::uint64_t* words = nullptr;
    const std::uint64_t* doubled = nullptr;
    std::uint64_t hash = 0;
    std::size_t at = 0;

    // Length of the chunk that a byte before `end` closes, or 0; looks at whole steps only.
    std::size_t cut_before(std::size_t end, std::uint64_t mask) noexcept {
        const std::uint64_t doubled_mask = mask << 1;
        std::uint64_t value = hash;
        std::size_t i = at;
        for (; i + 1 < end; i += 2) {
            value = (value << 2) + doubled[std::to_integer<std::size_t>(data[i])];
            if ((value & doubled_mask) == 0)
                return i + 1;
            value += words[std::to_integer<std::size_t>(data[i + 1])];
            if ((value & mask) == 0)
                return i + 2;
        }
        hash = value;
        at = i;
        return 0;
    }
};

}  // namespace

ChunkSizes chunk_sizes(ChunkProfile profile) noexcept {
    return shape_of(profile).sizes;
}

GearTable::GearTable(ByteView gear_key) {
    const KeyedHmac hmac(gear_key);
    constexpr std::size_t words_in_digest = sizeof(Sha256Digest) / sizeof(std::uint64_t);
    for (std::size_t i = 0; i < words_.size(); i += words_in_digest) {
        const std::byte counter{static_cast<unsigned char>(i / words_in_digest)};
        const Sha256Digest digest =
            hmac.compute(as_bytes("alexander gear 1"), ByteView(&counter, 1));
        for (std::size_t j = 0; j < words_in_digest; ++j) {
            words_[i + j] = load_le<std::uint64_t>(digest.data() + j * sizeof(std::uint64_t));
            doubled_[i + j] = words_[i + j] << 1;
        }
    }
}

Chunker::Chunker(const GearTable& gear, ChunkProfile profile) noexcept
    : gear_(gear),
      sizes_(chunk_sizes(profile)),
      fixed_(profile == ChunkProfile::fixed),
      normal_(shape_of(profile).normal),
      rare_mask_(mask_of(shape_of(profile).average_bits + 2)),
      frequent_mask_(mask_of(shape_of(profile).average_bits - 2)) {}

std::size_t Chunker::next(ByteView data, End end) const noexcept {
    const std::size_t limit = std::min(data.size(), sizes_.max);
    if (!fixed_ && limit > sizes_.min) {
        Scan scan{data.data(), gear_.words().data(), gear_.doubled().data(), 0, sizes_.min};
        if (const std::size_t cut = scan.cut_before(std::min(limit, normal_), rare_mask_))
            return cut;
        if (const std::size_t cut = scan.cut_before(limit, frequent_mask_))
            return cut;
    }
    return limit == sizes_.max || end == End::yes ? limit : 0;
}

}  // namespace alexander
