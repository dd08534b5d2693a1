#include "s3d/auth/sigv4.h"

#include "aws_examples.h"
#include "base/hex.h"
#include "s3d/auth/canonical_request.h"
#include "wire_fixture.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3 {

namespace {

/// A verifier at the moment of the examples.
struct Fixture {
    FixedClock clock{examples::moment};
    SignatureVerifier verifier{"us-east-1", examples::lookup(), clock};

    std::optional<Signed> verify(std::string_view head) {
        return verifier.verify(parse_request(head));
    }

    std::string refusal(std::string_view head) {
        return thrown_code([&] { std::ignore = verify(head); });
    }

    /// The error itself.
    S3Error failure(std::string_view head) {
        try {
            std::ignore = verify(head);
        } catch (const S3Error& error) {
            return error;
        }
        return S3Error(S3Code::internal_error, "nothing was thrown");
    }
};

std::string element(const S3Error& error, std::string_view name) {
    for (const auto& [key, value] : error.elements())
        if (key == name)
            return value;
    return "";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_SUITE_BEGIN("s3d/sigv4");

TEST_CASE_FIXTURE(Fixture, "the signed examples of the S3 reference are accepted") {
    const auto get = verify(examples::get_range());
    REQUIRE(get);
    CHECK(get->access_key_id == "AKIAIOSFODNN7EXAMPLE");
    CHECK(get->scope.text() == "20130524/us-east-1/s3/aws4_request");
    CHECK(get->payload.mode == PayloadMode::hashed);
    CHECK_FALSE(get->presigned);

    CHECK(verify(examples::put_object()));
    CHECK(verify(examples::get_lifecycle()));
    CHECK(verify(examples::list_objects()));
    CHECK(verify(examples::chunked_head())->payload.mode == PayloadMode::streaming_signed);
    CHECK(verify(examples::trailer_head())->payload.mode == PayloadMode::streaming_signed_trailer);
}

TEST_CASE_FIXTURE(Fixture, "the presigned example is accepted until it expires") {
    const std::string head = examples::presigned(examples::presigned_query());
    const auto signed_by = verify(head);
    REQUIRE(signed_by);
    CHECK(signed_by->presigned);
    CHECK(signed_by->payload.mode == PayloadMode::unsigned_payload);

    clock.advance(86400);
    CHECK(verify(head));
    clock.advance(1);
    const S3Error late = failure(head);
    CHECK(late.code() == S3Code::access_denied);
    CHECK(std::string(late.what()) == "Request has expired");

    clock.advance(-86401 - 901);
    CHECK(refusal(head) == "AccessDenied");

    const std::string none = examples::presigned(
        replaced(examples::presigned_query(), "X-Amz-Expires=86400", "X-Amz-Expires=0"));
    clock.advance(901);
    CHECK(refusal(none) == "AccessDenied");
}

TEST_CASE_FIXTURE(Fixture, "a request without a signature is anonymous") {
    CHECK_FALSE(verify("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(anonymous_payload(parse_request("GET / HTTP/1.1\r\nHost: h\r\n\r\n")).mode ==
          PayloadMode::unsigned_payload);
    const auto anonymous = [](std::string_view mode) {
        return anonymous_payload(parse_request(
            "PUT / HTTP/1.1\r\nHost: h\r\nx-amz-content-sha256: " + std::string(mode) +
            "\r\n\r\n"));
    };
    CHECK(anonymous("STREAMING-UNSIGNED-PAYLOAD-TRAILER").mode ==
          PayloadMode::streaming_unsigned_trailer);
    CHECK(thrown_code([&] { std::ignore = anonymous("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"); }) ==
          "AccessDenied");
}

TEST_CASE_FIXTURE(Fixture,
                  "any change of what is signed is a mismatch that shows what was expected") {
    for (const auto& [from, to] : {std::pair{"GET", "PUT"},
                                   {"/test.txt", "/test.txT"},
                                   {"bytes=0-9", "bytes=0-8"},
                                   {"examplebucket.", "otherbucket."},
                                   {"f0e8", "f0e9"},
                                   {"7852b855", "7852b856"}})
        CHECK_MESSAGE(refusal(replaced(examples::get_range(), from, to)) == "SignatureDoesNotMatch",
                      from);

    const S3Error error = failure(replaced(examples::get_range(), "0-9", "0-8"));
    CHECK(element(error, "AWSAccessKeyId") == "AKIAIOSFODNN7EXAMPLE");
    CHECK(element(error, "CanonicalRequest").starts_with("GET\n/test.txt\n\nhost:examplebucket"));
    CHECK(element(error, "StringToSign").starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n"));
    CHECK(element(error, "StringToSignBytes").starts_with("41 57 53 34"));
    CHECK(refusal(examples::presigned(replaced(examples::presigned_query(), "86400", "86401"))) ==
          "SignatureDoesNotMatch");
}

TEST_CASE_FIXTURE(Fixture, "the canonical request follows the raw target") {
    const auto canonical = [](std::string_view target) {
        const std::string text = canonical_request(
            parse_request("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n"), {}, "");
        const std::size_t path = text.find('\n') + 1;
        return text.substr(path, text.find("\n\n") - path);
    };
    CHECK(canonical("/a//b/./../c") == "/a//b/./../c");
    CHECK(canonical("/a%2Fb+c%20d") == "/a/b%2Bc%20d");
    CHECK(canonical("/(x)*'!~%7e") == "/%28x%29%2A%27%21~~");
    CHECK(canonical("/\xc3\xa9") == "/%C3%A9");
    CHECK(canonical("/%c3%a9") == "/%C3%A9");
    CHECK(canonical("/?acl") == "/\nacl=");
    CHECK(canonical("/?b=2&a=z&a=b&B=%2f&X-Amz-Signature=1&a") == "/\nB=%2F&a=&a=b&a=z&b=2");
    CHECK(canonical("/?p=a+b%20c&&q=x=y") == "/\np=a%2Bb%20c&q=x%3Dy");
    CHECK(thrown_code([&] { std::ignore = canonical("/%zz"); }) == "InvalidURI");
    CHECK(thrown_code([&] { std::ignore = canonical("/?a=%2"); }) == "InvalidURI");
}

TEST_CASE("signed headers are joined, trimmed and their inner blanks collapsed") {
    const auto request = parse_request(
        "GET / HTTP/1.1\r\nHost: h:9000\r\nX-Amz-Meta-A:  one   two \r\nx-amz-meta-a: "
        "three\r\n\r\n");

    const std::string text = canonical_request(request, {"host", "x-amz-meta-a"}, "HASH");

    CHECK(text == "GET\n/\n\nhost:h:9000\nx-amz-meta-a:one two,three\n\nhost;x-amz-meta-a\nHASH");
    CHECK(thrown_code([&] { std::ignore = canonical_request(request, {"absent"}, ""); }) ==
          "SignatureDoesNotMatch");
}

TEST_CASE_FIXTURE(Fixture, "every x-amz header that is sent must be signed, and so must Host") {
    const S3Error error =
        failure(replaced(examples::get_range(), "Range:", "x-amz-acl: public-read\r\nRange:"));
    CHECK(error.code() == S3Code::access_denied);
    CHECK(element(error, "HeadersNotSigned") == "x-amz-acl");
    CHECK(refusal(replaced(examples::get_range(), "Range:", "Content-MD5: x\r\nRange:")) ==
          "AccessDenied");
    CHECK(refusal(replaced(examples::get_range(), "=host;", "=")) == "AccessDenied");
    CHECK(refusal(replaced(examples::presigned(examples::presigned_query()),
                           "Host:",
                           "x-amz-acl: a\r\nHost:")) == "AccessDenied");
}

TEST_CASE_FIXTURE(Fixture, "a clock that differs by more than 15 minutes is told the time") {
    clock.advance(15 * 60);
    CHECK(verify(examples::get_range()));
    clock.advance(1);
    const S3Error late = failure(examples::get_range());
    CHECK(late.code() == S3Code::request_time_too_skewed);
    CHECK(element(late, "ServerTime") == "2013-05-24T00:15:01.000Z");
    clock.advance(-2 * 15 * 60 - 2);
    CHECK(refusal(examples::get_range()) == "RequestTimeTooSkewed");
}

TEST_CASE_FIXTURE(Fixture, "an unknown access key is named as such") {
    CHECK(
        refusal(replaced(examples::get_range(), "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7UNKNOWN")) ==
        "InvalidAccessKeyId");
}

TEST_CASE_FIXTURE(Fixture, "a wrong region is answered with the right one") {
    const S3Error error = failure(replaced(examples::get_range(), "us-east-1", "eu-west-1"));
    CHECK(error.code() == S3Code::authorization_header_malformed);
    CHECK(element(error, "Region") == "us-east-1");

    const S3Error query = failure(
        examples::presigned(replaced(examples::presigned_query(), "us-east-1", "eu-west-1")));
    CHECK(query.code() == S3Code::authorization_query_parameters_error);
    CHECK(element(query, "Region") == "us-east-1");
}

TEST_CASE_FIXTURE(Fixture, "a malformed Authorization header is said to be one") {
    for (const auto& [from, to] : {std::pair{"/s3/", "/ec2/"},
                                   {"aws4_request", "aws5_request"},
                                   {"/20130524/", "/20130525/"},
                                   {"AKIAIOSFODNN7EXAMPLE/", ""},
                                   {"SignedHeaders=host;range", "SignedHeaders=range;host"},
                                   {"SignedHeaders=host;range", "SignedHeaders=Host;range"},
                                   {"SignedHeaders=", "Other="},
                                   {",Signature=", ",Signature=x"},
                                   {",Signature=", ",Credential=a,Signature="}})
        CHECK_MESSAGE(
            refusal(replaced(examples::get_range(), from, to)) == "AuthorizationHeaderMalformed",
            to);
    CHECK(refusal(replaced(examples::get_range(), "AWS4-HMAC-SHA256 ", "AWS ")) ==
          "InvalidRequest");
    CHECK(refusal(replaced(examples::get_range(), "20130524T000000Z", "yesterday")) ==
          "AccessDenied");
}

TEST_CASE_FIXTURE(Fixture, "bad presigned parameters are named") {
    for (const auto& [from, to] : {std::pair{"86400", "604801"},
                                   {"86400", "-1"},
                                   {"86400", "x"},
                                   {"86400", "99999999999999999999"},
                                   {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"},
                                   {"&X-Amz-Expires=86400", ""},
                                   {"&X-Amz-SignedHeaders=host", ""},
                                   {"X-Amz-Date=20130524T000000Z", "X-Amz-Date=20130524"},
                                   {"X-Amz-Date=20130524T", "X-Amz-Date=20130523T"},
                                   {"X-Amz-Date", "X-Amz-Date=1&X-Amz-Date"}})
        CHECK_MESSAGE(
            refusal(examples::presigned(replaced(examples::presigned_query(), from, to))) ==
                "AuthorizationQueryParametersError",
            to);
    CHECK(refusal(replaced(examples::get_range(),
                           "GET /test.txt",
                           "GET /test.txt?" + examples::presigned_query())) == "InvalidArgument");
}

TEST_CASE_FIXTURE(Fixture, "the Date header stands in for x-amz-date") {
    const std::string fields =
        "Host: h\r\nDate: Fri, 24 May 2013 00:00:00 GMT\r\n" + std::string(examples::empty_body);
    const std::string to_sign = string_to_sign(
        "20130524T000000Z",
        "20130524/us-east-1/s3/aws4_request",
        canonical_request(parse_request("GET / HTTP/1.1\r\n" + fields + "\r\n"),
                          {"date", "host", "x-amz-content-sha256"},
                          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    const Sha256Digest key =
        derive_signing_key(as_bytes(examples::secret), "20130524", "us-east-1");
    const std::string signature = to_hex(hmac_sha256(key, as_bytes(to_sign)));

    CHECK(verify(
        examples::signed_head("GET /", fields, "date;host;x-amz-content-sha256", signature)));
}

TEST_CASE_FIXTURE(Fixture, "the payload claim is a hash, UNSIGNED-PAYLOAD or a streaming mode") {
    const std::string empty(examples::empty_body);
    CHECK(refusal(replaced(examples::get_range(), empty, "")) == "InvalidRequest");
    CHECK(refusal(replaced(examples::get_range(), "e3b0c4", "E3B0C4")) == "InvalidArgument");
    CHECK(refusal(replaced(examples::get_range(), "7852b855", "7852b8")) == "InvalidArgument");
    CHECK(refusal(replaced(examples::put_object(),
                           "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                           "STREAMING-NOTHING")) == "InvalidArgument");
}

TEST_CASE_FIXTURE(Fixture, "a key whose secret changes or vanishes stops working at once") {
    auto secret = std::make_shared<const SecretBytes>(as_bytes(examples::secret));
    SignatureVerifier changing(
        "us-east-1", [&](std::string_view) { return secret; }, clock);
    const http::Request request = parse_request(examples::get_range());
    CHECK(changing.verify(request));

    secret = std::make_shared<const SecretBytes>(as_bytes("another"));
    CHECK(thrown_code([&] { std::ignore = changing.verify(request); }) == "SignatureDoesNotMatch");
    secret = nullptr;
    CHECK(thrown_code([&] { std::ignore = changing.verify(request); }) == "InvalidAccessKeyId");
}

TEST_CASE_FIXTURE(Fixture, "a POST policy is signed as its base64 text") {
    const std::string policy = "eyAiZXhwaXJhdGlvbiI6IC4uLiB9";
    const Sha256Digest key =
        derive_signing_key(as_bytes(examples::secret), "20130524", "us-east-1");
    const std::string signature = to_hex(hmac_sha256(key, as_bytes(policy)));
    const std::string credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    const auto check = [&](std::string_view text) {
        return verifier.verify_policy(text, credential, "20130524T000000Z", signature);
    };

    CHECK(check(policy) == "AKIAIOSFODNN7EXAMPLE");
    CHECK(thrown_code([&] { std::ignore = check("other"); }) == "SignatureDoesNotMatch");
}

TEST_SUITE_END();

}  // namespace alexander::s3
