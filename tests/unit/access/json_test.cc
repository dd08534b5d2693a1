#include "access/json.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander {
namespace {

TEST_CASE("a document is read with its members in order") {
    const JsonValue value = parse_json(R"( {"b": [1, -2.5e+3, true, null], "a": "x"} )");

    REQUIRE(value.is_object());
    REQUIRE(value.members.size() == 2);
    CHECK(value.members[0].first == "b");
    const JsonValue& list = value.members[0].second;
    REQUIRE(list.items.size() == 4);
    CHECK(list.items[0].text == "1");
    CHECK(list.items[1].text == "-2.5e+3");
    CHECK(list.items[2].text == "true");
    CHECK(list.items[3].kind == JsonValue::Kind::null);
    REQUIRE(value.find("a") != nullptr);
    CHECK(value.find("a")->text == "x");
    CHECK(value.find("c") == nullptr);
}

TEST_CASE("escapes become characters") {
    CHECK(parse_json(R"("\"\\\/\b\f\n\r\t")").text == "\"\\/\b\f\n\r\t");
    CHECK(parse_json(R"("\u0041\u00e9\u20AC\ud83d\ude00")").text == "A\u00e9\u20ac\U0001F600");
}

TEST_CASE("whatever is not JSON is refused") {
    for (const char* text : {"",
                             "{",
                             "{}x",
                             "[1,]",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{\"a\" 1}",
                             "\"a",
                             "\"\n\"",
                             "\"\\x\"",
                             "\"\\ud800\"",
                             "\"\\udc00\"",
                             "\"\\ud800\\u0041\"",
                             "01",
                             "1.",
                             "-",
                             "nul",
                             "True",
                             "'a'",
                             "\"\xff\"",
                             "{\"a\":1,\"a\":2}"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(std::ignore = parse_json(text), Error);
    }
}

TEST_CASE("depth is bounded") {
    CHECK_NOTHROW(std::ignore = parse_json(std::string(32, '[') + std::string(32, ']')));
    CHECK_THROWS_AS(std::ignore = parse_json(std::string(100'000, '[')), Error);
}

}  // namespace
}  // namespace alexander
