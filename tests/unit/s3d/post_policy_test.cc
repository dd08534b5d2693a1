#include "s3d/post_policy.h"

#include "base/base64.h"
#include "s3d/s3_error.h"

#include <doctest/doctest.h>

namespace alexander::s3 {
namespace {

PostPolicy policy_of(std::string_view json) {
    return PostPolicy::parse(to_base64(as_bytes(json)));
}

S3Code code_of(auto action) {
    try {
        action();
    } catch (const S3Error& error) {
        return error.code();
    }
    return S3Code::internal_error;
}

bool is_allowed(std::string_view conditions, const FormFields& fields) {
    const PostPolicy policy =
        policy_of(R"({"expiration": "2030-01-01T00:00:00Z", "conditions": [)" +
                  std::string(conditions) + "]}");
    return code_of([&] { policy.check(fields, {0, 0}); }) != S3Code::access_denied;
}

TEST_CASE("a form's fields must fit every condition, and have one each") {
    CHECK(is_allowed(R"({"bucket": "b"}, ["starts-with", "$key", "a/"])",
                     {{"bucket", "b"}, {"key", "a/1"}}));
    CHECK_FALSE(is_allowed(R"({"bucket": "b"}, ["starts-with", "$key", "a/"])",
                           {{"bucket", "b"}, {"key", "b/1"}}));
    CHECK_FALSE(is_allowed(R"({"bucket": "b"})", {{"bucket", "c"}}));
    CHECK_FALSE(is_allowed(R"({"bucket": "b"})", {{"bucket", "b"}, {"key", "k"}}));
    CHECK_FALSE(is_allowed(R"(["eq", "$acl", "private"])", {}));
    CHECK_FALSE(is_allowed(R"(["starts-with", "$x-amz-meta-a", "v"])", {}));
    CHECK(is_allowed(R"(["starts-with", "$x-amz-meta-a", ""])", {}));
}

TEST_CASE("names of fields have no case, their values have") {
    CHECK(is_allowed(R"({"BUCKET": "b"}, ["EQ", "$Key", "k"])", {{"bucket", "b"}, {"key", "k"}}));
    CHECK_FALSE(is_allowed(R"({"bucket": "B"})", {{"bucket", "b"}}));
}

TEST_CASE("signature, policy and x-ignore- fields need no condition") {
    CHECK(is_allowed("",
                     {{"policy", "p"},
                      {"x-amz-signature", "s"},
                      {"signature", "s"},
                      {"awsaccesskeyid", "a"},
                      {"x-ignore-me", "i"}}));
}

TEST_CASE("each of several content types must begin as said") {
    CHECK(is_allowed(R"(["starts-with", "$Content-Type", "image/"])",
                     {{"content-type", "image/jpg,image/png, image/gif"}}));
    CHECK_FALSE(is_allowed(R"(["starts-with", "$Content-Type", "image/"])",
                           {{"content-type", "image/jpg,text/plain"}}));
}

TEST_CASE("what is no policy is refused, and an expired one later") {
    const auto refused = [](const std::string& conditions) {
        return code_of([&] {
                   std::ignore =
                       policy_of(R"({"expiration": "2030-01-01T00:00:00Z", "conditions": )" +
                                 conditions + "}");
               }) == S3Code::invalid_policy_document;
    };
    const auto refused_whole = [](const char* json) {
        return code_of([&] { std::ignore = policy_of(json); }) == S3Code::invalid_policy_document;
    };
    CHECK(code_of([] { std::ignore = PostPolicy::parse("%"); }) == S3Code::invalid_policy_document);
    CHECK(refused_whole("{"));
    CHECK(refused_whole("[]"));
    CHECK(refused_whole(R"({"conditions": []})"));
    CHECK(refused_whole(R"({"EXPIRATION": "2030-01-01T00:00:00Z", "conditions": []})"));
    CHECK(refused_whole(R"({"expiration": "2030-01-01T00:00:00Z"})"));
    CHECK(refused_whole(R"({"expiration": "soon", "conditions": []})"));
    CHECK_FALSE(refused("[]"));
    CHECK(refused("[{}]"));
    CHECK(refused(R"([["eq", "key", "k"]])"));
    CHECK(refused(R"([["contains", "$key", "k"]])"));
    CHECK(refused(R"([["content-length-range", 1]])"));
    CHECK(refused(R"([["content-length-range", -1, 2]])"));
    const PostPolicy policy =
        policy_of(R"({"expiration": "2001-01-01T00:00:00Z", "conditions": []})");
    CHECK(code_of([&] { policy.check({}, {2'000'000'000, 0}); }) == S3Code::access_denied);
}

TEST_CASE("the size of the file is a condition of its own") {
    const PostPolicy policy = policy_of(
        R"({"expiration": "2030-01-01T00:00:00Z",
            "conditions": [["content-length-range", 3, 1024]]})");

    CHECK(policy.size_range().least == 3);
    CHECK(policy.size_range().most == 1024);
}

}  // namespace
}  // namespace alexander::s3
