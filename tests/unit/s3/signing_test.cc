// The worked examples of the S3 API reference, "Signature calculations": what we sign is what AWS
// signs. s3d's tests check the same examples from the other side.
#include "s3/signing.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::string_view empty_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr Timestamp moment{1369353600, 0};  // 2013-05-24T00:00:00Z

Signer signer() {
    static constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    return {"AKIAIOSFODNN7EXAMPLE", as_bytes(secret), {}, "us-east-1"};
}

std::string value_of(const std::vector<std::pair<std::string, std::string>>& headers,
                     const std::string& name) {
    const auto found =
        std::ranges::find(headers, name, [](const auto& each) { return each.first; });
    return found == headers.end() ? "" : found->second;
}

}  // namespace

TEST_SUITE_BEGIN("s3/signing");

TEST_CASE("a request is signed in its headers as in the example of AWS") {
    const auto headers =
        sign_headers(signer(),
                     {"GET",
                      "/test.txt",
                      {},
                      {{"range", "bytes=0-9"}, {"host", "examplebucket.s3.amazonaws.com"}}},
                     empty_hash,
                     moment);

    CHECK(value_of(headers, "x-amz-date") == "20130524T000000Z");
    CHECK(value_of(headers, "x-amz-content-sha256") == empty_hash);
    CHECK(value_of(headers, "authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
          "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
          "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("parameters are signed in order") {
    const auto headers = sign_headers(signer(),
                                      {"GET",
                                       "/",
                                       {{"prefix", "J"}, {"max-keys", "2"}},
                                       {{"host", "examplebucket.s3.amazonaws.com"}}},
                                      empty_hash,
                                      moment);

    CHECK(value_of(headers, "authorization")
              .ends_with("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST_CASE("a URL is signed in its query as in the example of AWS") {
    CHECK(presign_query(signer(),
                        {"GET", "/test.txt", {}, {{"host", "examplebucket.s3.amazonaws.com"}}},
                        std::chrono::seconds(86400),
                        moment) ==
          "X-Amz-Algorithm=AWS4-HMAC-SHA256"
          "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
          "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
          "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("the token of a key that does not last is signed and sent") {
    Signer mine = signer();
    mine.session_token = "TOKEN/+=";
    const auto headers = sign_headers(mine, {"GET", "/", {}, {{"host", "h"}}}, empty_hash, moment);

    CHECK(value_of(headers, "x-amz-security-token") == "TOKEN/+=");
    CHECK(value_of(headers, "authorization").find(";x-amz-security-token,") != std::string::npos);
    CHECK(presign_query(mine, {"GET", "/", {}, {{"host", "h"}}}, std::chrono::seconds(1), moment)
              .find("&X-Amz-Security-Token=TOKEN%2F%2B%3D&") != std::string::npos);
}

TEST_SUITE_END();

}  // namespace alexander::s3
