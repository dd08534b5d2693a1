#include "base/utf8.h"

#include <doctest/doctest.h>

using alexander::utf8_sequence;

TEST_CASE("a valid sequence has the size that its first byte announces") {
    CHECK(utf8_sequence("a\xc3") == 1);
    CHECK(utf8_sequence("\x7f") == 1);
    CHECK(utf8_sequence("\xc2\x80") == 2);
    CHECK(utf8_sequence("\xdf\xbf!") == 2);
    CHECK(utf8_sequence("\xe0\xa0\x80") == 3);
    CHECK(utf8_sequence("\xed\x9f\xbf") == 3);
    CHECK(utf8_sequence("\xef\xbf\xbf") == 3);
    CHECK(utf8_sequence("\xf0\x90\x80\x80") == 4);
    CHECK(utf8_sequence("\xf4\x8f\xbf\xbf") == 4);
}

TEST_CASE("what is cut short, overlong, a surrogate or too large is no sequence") {
    CHECK(utf8_sequence("") == 0);
    CHECK(utf8_sequence("\x80") == 0);
    CHECK(utf8_sequence("\xc1\xbf") == 0);
    CHECK(utf8_sequence("\xc3") == 0);
    CHECK(utf8_sequence("\xc3(") == 0);
    CHECK(utf8_sequence("\xe0\x9f\xbf") == 0);
    CHECK(utf8_sequence("\xe1\x80") == 0);
    CHECK(utf8_sequence("\xed\xa0\x80") == 0);
    CHECK(utf8_sequence("\xf0\x8f\xbf\xbf") == 0);
    CHECK(utf8_sequence("\xf1\x80\x80(") == 0);
    CHECK(utf8_sequence("\xf4\x90\x80\x80") == 0);
    CHECK(utf8_sequence("\xf5\x80\x80\x80") == 0);
}

TEST_CASE("code points are written in as few bytes as they need") {
    const auto written = [](char32_t code_point) {
        std::string out;
        alexander::append_utf8(out, code_point);
        return out;
    };
    CHECK(written(0x7f) == "\x7f");
    CHECK(written(0x80) == "\xc2\x80");
    CHECK(written(0x7ff) == "\xdf\xbf");
    CHECK(written(0x800) == "\xe0\xa0\x80");
    CHECK(written(0xffff) == "\xef\xbf\xbf");
    CHECK(written(0x10000) == "\xf0\x90\x80\x80");
    CHECK(written(0x10ffff) == "\xf4\x8f\xbf\xbf");
}
