#include "crypto/stream_cipher.h"

#include "base/hex.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

Bytes key() {
    return Bytes(32, std::byte{7});
}

TEST_CASE("AES-256-CTR is that of the standard") {
    // Sixteen zeros by `openssl enc -aes-256-ctr` under a key and a counter of zeros.
    Bytes block(16);
    StreamCipher(Bytes(32), 0).apply(block);

    CHECK(to_hex(block) == "dc95c078a2408989ad48a21492842087");
}

TEST_CASE("a stream cipher begun anywhere continues the same stream") {
    Bytes whole(100);
    StreamCipher(key(), 0).apply(whole);

    for (const std::size_t offset : {0U, 1U, 15U, 16U, 17U, 64U, 99U}) {
        Bytes tail(100 - offset);
        StreamCipher(key(), offset).apply(tail);
        CHECK(std::equal(tail.begin(), tail.end(), whole.begin() + std::ptrdiff_t(offset)));
    }
}

TEST_CASE("a counter past 32 bits is carried") {
    Bytes before(32);
    const std::uint64_t edge = (std::uint64_t{1} << 36U) - 16;
    StreamCipher(key(), edge).apply(before);
    Bytes after(16);
    StreamCipher(key(), edge + 16).apply(after);

    CHECK(std::equal(after.begin(), after.end(), before.begin() + 16));
}

TEST_CASE("applied twice, a stream cipher gives back the text") {
    Bytes text = to_bytes(as_bytes("some text that is longer than one block"));
    const Bytes plain = text;
    StreamCipher(key(), 5).apply(text);
    CHECK(text != plain);
    StreamCipher(key(), 5).apply(text);

    CHECK(text == plain);
}

}  // namespace
}  // namespace alexander
