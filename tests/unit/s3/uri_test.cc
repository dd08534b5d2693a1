#include "s3/uri.h"

#include <doctest/doctest.h>

namespace alexander::s3 {

TEST_SUITE_BEGIN("s3/uri");

TEST_CASE("decoding is done once, and a plus stays a plus") {
    CHECK(percent_decode("/a%2Fb+c%20%2541") == "/a/b+c %41");
    CHECK(percent_decode("%c3%A9\xff") == "\xc3\xa9\xff");
    CHECK(percent_decode("a%00b") == std::string("a\0b", 3));
    CHECK(percent_decode("") == "");
    for (const char* const broken : {"%", "%4", "%4g", "%g4", "a%", "%%41", "% 1"})
        CHECK_FALSE(percent_decode(broken));
}

TEST_CASE("encoding leaves only what is unreserved, and decodes to what it was") {
    CHECK(percent_encode("AZaz09-._~/", Slash::keep) == "AZaz09-._~/");
    CHECK(percent_encode("/", Slash::encode) == "%2F");
    CHECK(percent_encode(" +!*'()@:=&\xe9", Slash::keep) == "%20%2B%21%2A%27%28%29%40%3A%3D%26%E9");
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    CHECK(percent_decode(percent_encode(all, Slash::encode)) == all);
}

TEST_CASE("a query keeps order, repetition and emptiness") {
    const auto query = Query::parse("acl&prefix=a%2Fb+c&b=&b=2=3&&=x");
    REQUIRE(query);
    CHECK(query->parameters() ==
          std::vector<QueryParameter>{
              {"acl", ""}, {"prefix", "a/b+c"}, {"b", ""}, {"b", "2=3"}, {"", "x"}});
    CHECK(query->has("acl"));
    CHECK_FALSE(query->has("ACL"));
    CHECK(query->find("b") == "");
    CHECK_FALSE(query->find("c"));
    CHECK(Query::parse("")->parameters().empty());
    CHECK_FALSE(Query::parse("a=%zz"));
    CHECK_FALSE(Query::parse("%=1"));
}

TEST_SUITE_END();

}  // namespace alexander::s3
