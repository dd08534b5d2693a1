#include "s3d/tags.h"

#include "s3d/s3_error.h"

#include <doctest/doctest.h>

namespace alexander::s3 {
namespace {

S3Code code_of(auto action) {
    try {
        action();
    } catch (const S3Error& error) {
        return error.code();
    }
    return S3Code::internal_error;
}

TEST_CASE("x-amz-tagging is a form: plus is a space, a name may stand alone") {
    CHECK(parse_tag_header("foo=bar&bar") == Tags{{"bar", ""}, {"foo", "bar"}});
    CHECK(parse_tag_header("a+b=c%2Bd%26") == Tags{{"a b", "c+d&"}});
    CHECK(parse_tag_header("").empty());
    CHECK(code_of([] { std::ignore = parse_tag_header("a=%zz"); }) == S3Code::invalid_argument);
}

TEST_CASE("tags have limits, in characters") {
    const std::string name(128, 'n');
    std::string wide;
    for (int i = 0; i < 256; ++i)
        wide += "\xC3\xA4";

    CHECK_NOTHROW(check_tags({{name, wide}}, 10));
    CHECK(code_of([&] { check_tags({{name + "n", ""}}, 10); }) == S3Code::invalid_tag);
    CHECK(code_of([&] { check_tags({{"n", wide + "v"}}, 10); }) == S3Code::invalid_tag);
    CHECK(code_of([&] { check_tags({{"", "v"}}, 10); }) == S3Code::invalid_tag);
    CHECK(code_of([&] { check_tags({{"n", "1"}, {"n", "2"}}, 10); }) == S3Code::invalid_tag);
    CHECK(code_of([&] { check_tags({{"a", ""}, {"b", ""}}, 1); }) == S3Code::invalid_tag);
}

TEST_CASE("a Tagging document and what is read from it") {
    const Tags tags{{"<a>", "1"}, {"b", ""}};

    CHECK(parse_tag_xml(tag_xml(tags), 10) == tags);
    CHECK(parse_tag_xml("<Tagging><TagSet/></Tagging>", 10).empty());
    const auto refuse = [](const char* document) {
        return code_of([&] { std::ignore = parse_tag_xml(document, 10); });
    };
    CHECK(refuse("<Tagging/>") == S3Code::malformed_xml);
    CHECK(refuse("<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>") ==
          S3Code::malformed_xml);
}

}  // namespace
}  // namespace alexander::s3
