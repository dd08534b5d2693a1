#include "crypto/crc.h"

#include "crypto/crc_fold.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace alexander {

namespace {

// The definition, bit by bit.
template <typename Word>
Word slow_crc(ByteView bytes, Word polynomial) {
    Word state = ~Word{0};
    for (const std::byte byte : bytes) {
        state ^= std::to_integer<Word>(byte);
        for (int bit = 0; bit < 8; ++bit)
            state = (state >> 1U) ^ ((state & 1U) != 0 ? polynomial : Word{0});
    }
    return ~state;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/crc");

TEST_CASE("the check values are those of the catalogue of CRC algorithms") {
    const ByteView digits = as_bytes("123456789");
    CHECK(crc32(digits) == 0xcbf43926);
    CHECK(crc32c(digits) == 0xe3069283);
    CHECK(crc64nvme(digits) == 0xae8b14860a799888);
    CHECK(crc32({}) == 0);
    CHECK(crc32c({}) == 0);
    CHECK(crc64nvme({}) == 0);
    // RFC 3720, B.4.
    CHECK(crc32c(Bytes(32)) == 0x8a9136aa);
    CHECK(crc32c(Bytes(32, std::byte{0xff})) == 0x62a8ab43);
}

TEST_CASE("every length and alignment gives the value of the definition") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Bytes bytes = random.bytes(700);
    for (std::size_t size = 0; size <= 600; ++size) {
        const ByteView part = ByteView(bytes).subspan(random.below(bytes.size() - size), size);
        CHECK(crc32(part) == slow_crc<std::uint32_t>(part, 0xedb88320));
        CHECK(crc32c(part) == slow_crc<std::uint32_t>(part, 0x82f63b78));
        CHECK(crc64nvme(part) == slow_crc<std::uint64_t>(part, 0x9a6c9329ac4bc9b5));
    }
}

TEST_CASE("the tables alone, which serve other processors, give the same values") {
    TestRandom random;
    INFO("seed ", random.seed());
    for (std::size_t size = 0; size <= 100; ++size) {
        const Bytes bytes = random.bytes(size);
        CHECK(~crc::update_by_table<std::uint32_t, 0xedb88320>(~0U, bytes) == crc32(bytes));
        CHECK(~crc::update_by_table<std::uint32_t, 0x82f63b78>(~0U, bytes) == crc32c(bytes));
        CHECK(~crc::update_by_table<std::uint64_t, 0x9a6c9329ac4bc9b5>(~std::uint64_t{0}, bytes) ==
              crc64nvme(bytes));
    }
}

TEST_CASE("a check value continues and combines") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Bytes bytes = random.bytes(20000);
    const ByteView whole = bytes;
    for (int i = 0; i < 100; ++i) {
        const std::size_t split = i == 0 ? 0 : i == 1 ? whole.size() : random.below(whole.size());
        const ByteView a = whole.first(split);
        const ByteView b = whole.subspan(split);
        CHECK(crc32(b, crc32(a)) == crc32(whole));
        CHECK(crc32c(b, crc32c(a)) == crc32c(whole));
        CHECK(crc64nvme(b, crc64nvme(a)) == crc64nvme(whole));
        CHECK(crc32_combine(crc32(a), crc32(b), b.size()) == crc32(whole));
        CHECK(crc32c_combine(crc32c(a), crc32c(b), b.size()) == crc32c(whole));
        CHECK(crc64nvme_combine(crc64nvme(a), crc64nvme(b), b.size()) == crc64nvme(whole));
    }
}

TEST_CASE("combining is associative up to the largest lengths") {
    constexpr std::uint64_t huge = std::uint64_t{5} << 60U;
    // Appending B then C is appending BC, whose length is the sum.
    CHECK(crc64nvme_combine(crc64nvme_combine(1, 2, huge), 3, 7) ==
          crc64nvme_combine(1, crc64nvme_combine(2, 3, 7), huge + 7));
    CHECK(crc32c_combine(crc32c_combine(1, 2, huge), 3, 7) ==
          crc32c_combine(1, crc32c_combine(2, 3, 7), huge + 7));
    CHECK(crc32_combine(crc32_combine(1, 2, huge), 3, 7) ==
          crc32_combine(1, crc32_combine(2, 3, 7), huge + 7));
}

TEST_SUITE_END();

}  // namespace alexander
