#include "store/speed.h"

#include "blob/chunker.h"
#include "blob/compressor.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#include <cassert>
#include <tuple>

namespace alexander {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t buffer_size = std::size_t{256} << 10U;

template <typename Act>
double bytes_a_second(std::chrono::milliseconds each, std::size_t size, Act act) {
    act();  // the first round pays for caches and tables
    std::size_t done = 0;
    const auto begin = Steady::now();
    std::chrono::duration<double> taken{};
    do {
        act();
        done += size;
        taken = Steady::now() - begin;
    } while (taken < each);
    return static_cast<double>(done) / taken.count();
}

// Hexadecimal digits with runs: what shrinks as text does.
Bytes compressible(ByteView noise) {
    Bytes text;
    while (text.size() < buffer_size)
        for (const std::byte byte : noise) {
            const auto digit = std::to_integer<unsigned>(byte);
            text.insert(text.end(), 1 + digit % 4, std::byte('a' + digit / 4 % 16));
        }
    text.resize(buffer_size);
    return text;
}

}  // namespace

Speeds measure_speeds(RandomSource& random, std::chrono::milliseconds each) {
    Bytes noise(buffer_size);
    random.fill(noise);
    Bytes sealed(buffer_size + aead_tag_size);
    const ByteView key = ByteView(noise).first(aead_key_size);
    Speeds speeds;
    speeds.hash = bytes_a_second(each, buffer_size, [&] { std::ignore = sha256(noise); });
    speeds.cipher = bytes_a_second(each, buffer_size, [&] {
        // One nonce for all is safe only because nothing of this leaves the function.
        aead_seal(preferred_aead(), key, key.first(aead_nonce_size), {}, noise, sealed);
    });

    const GearTable gear(key);
    const Chunker chunker(gear, ChunkProfile::standard);
    Bytes stream(std::size_t{8} << 20U);
    random.fill(stream);
    speeds.chunk = bytes_a_second(each, stream.size(), [&] {
        for (std::size_t at = 0; at < stream.size();)
            at += chunker.next(ByteView(stream).subspan(at), End::yes);
    });

    const Bytes text = compressible(noise);
    Compressor compressor;
    speeds.compress =
        bytes_a_second(each, text.size(), [&] { std::ignore = compressor.compress(text); });
    const auto packed = compressor.compress(text);
    assert(packed);
    const Bytes frame = to_bytes(*packed);
    Bytes again(text.size());
    speeds.decompress = bytes_a_second(
        each, text.size(), [&] { std::ignore = compressor.decompress(frame, again); });
    return speeds;
}

}  // namespace alexander
