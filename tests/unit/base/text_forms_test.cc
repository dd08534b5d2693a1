#include "base/base64.h"
#include "base/hex.h"
#include "base/random_source.h"
#include "base/uuid.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <utility>

namespace alexander {

TEST_SUITE_BEGIN("base/text_forms");

TEST_CASE("hexadecimal text is lower case and read in either case") {
    CHECK(to_hex(as_bytes("\x01\xAB\x7f")) == "01ab7f");
    CHECK(from_hex("01aB7F") == to_bytes(as_bytes("\x01\xAB\x7f")));
    CHECK(from_hex("") == Bytes());
}

TEST_CASE("text that is not hexadecimal is refused") {
    for (const char* text : {"0", "0g", "g0", "0x12", " 12", "12 ", "1/", "1:", "1@", "1`"})
        CHECK_FALSE(from_hex(text));
    std::array<std::byte, 2> into{};
    CHECK_FALSE(from_hex("ab", into));
    CHECK_FALSE(from_hex("abcdef", into));
    CHECK(from_hex("abcd", into));
}

TEST_CASE("base64 follows the vectors of RFC 4648 section 10") {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> vectors = {{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    }};
    for (const auto& [plain, text] : vectors) {
        CHECK(to_base64(as_bytes(plain)) == text);
        CHECK(from_base64(text) == to_bytes(as_bytes(plain)));
    }
}

TEST_CASE("every byte survives base64") {
    Bytes bytes;
    for (int value = 0; value < 256; ++value) {
        bytes.push_back(static_cast<std::byte>(value));
        CHECK(from_base64(to_base64(bytes)) == bytes);
    }
}

TEST_CASE("base64 that to_base64 would not write is refused") {
    for (const char* text : {"Zg",
                             "Zg=",
                             "Zg===",
                             "Zh==",
                             "Zm9=",
                             "Z===",
                             "====",
                             "=",
                             "Zm9v\n",
                             "Zm 9",
                             "Zg==Zg==",
                             "Zm-_",
                             "Zm=v",
                             "=m9v"})
        CHECK_FALSE(from_base64(text));
}

TEST_CASE("a random uuid is of version 4 and survives its text form") {
    SystemRandom random;
    std::set<Uuid> seen;
    for (int i = 0; i < 100; ++i) {
        const Uuid uuid = random_uuid(random);
        const std::string text = format_uuid(uuid);
        CHECK(text.size() == 36);
        CHECK(text[14] == '4');
        CHECK(std::string_view("89ab").find(text[19]) != std::string_view::npos);
        CHECK(parse_uuid(text) == uuid);
        seen.insert(uuid);
    }
    CHECK(seen.size() == 100);
}

TEST_CASE("a uuid's text has its dashes in their places") {
    Uuid uuid{};
    for (unsigned i = 0; i < 16; ++i)
        uuid[i] = static_cast<std::byte>(i * 17);
    CHECK(format_uuid(uuid) == "00112233-4455-6677-8899-aabbccddeeff");
    CHECK(parse_uuid("00112233-4455-6677-8899-AABBCCDDEEFF") == uuid);
    CHECK_FALSE(parse_uuid("00112233445566778899aabbccddeeff"));
    CHECK_FALSE(parse_uuid("001122334-455-6677-8899-aabbccddeeff"));
    CHECK_FALSE(parse_uuid("00112233-4455-6677-8899-aabbccddeefg"));
    CHECK_FALSE(parse_uuid("{0112233-4455-6677-8899-aabbccddeeff"));
}

TEST_SUITE_END();

}  // namespace alexander
