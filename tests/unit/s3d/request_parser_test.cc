#include "s3d/http/request_parser.h"

#include "wire_fixture.h"

#include <doctest/doctest.h>

namespace alexander::s3::http {

namespace {

using namespace std::string_literals;
using Outcome = RequestParser::Outcome;

/// The S3 code with which a head is refused, or "".
std::string refusal(std::string_view head) {
    RequestParser parser;
    const Outcome outcome = parser.advance(as_bytes(head));
    if (outcome != Outcome::refused)
        return "";
    return std::string(facts(parser.fault().code).name);
}

std::string with_field(std::string_view field) {
    return "PUT /b/k HTTP/1.1\r\nHost: h\r\n" + std::string(field) + "\r\n\r\n";
}

}  // namespace

TEST_SUITE_BEGIN("s3d/request_parser");

TEST_CASE("the target arrives as it was sent, raw bytes and encodings untouched") {
    const Request request = parse_request(
        "GET /a%2Fb%20c+d//e/../f%C3%A9\xc3\xa9?x=%41&y HTTP/1.1\r\nHost: h:80\r\n\r\n");

    CHECK(request.method == "GET");
    CHECK(request.path == "/a%2Fb%20c+d//e/../f%C3%A9\xc3\xa9");
    CHECK(request.query == "x=%41&y");
    CHECK(request.find("host") == "h:80");
    CHECK(request.keep_alive);
    CHECK(request.framing == BodyFraming::none);
}

TEST_CASE("an absolute target is cut to its path") {
    const Request request = parse_request("GET http://h:80/x?y=1 HTTP/1.1\r\nHost: h:80\r\n\r\n");

    CHECK(request.target == "http://h:80/x?y=1");
    CHECK(request.path == "/x");
    CHECK(request.query == "y=1");
    CHECK(parse_request("GET HTTPS://h HTTP/1.1\r\nHost: h\r\n\r\n").path == "/");
    CHECK(parse_request("GET http://h?acl HTTP/1.1\r\nHost: h\r\n\r\n").query == "acl");
    CHECK(refusal("GET http://other/x HTTP/1.1\r\nHost: h\r\n\r\n") == "BadRequest");
    CHECK(refusal("GET ftp://h/x HTTP/1.1\r\nHost: h\r\n\r\n") == "InvalidURI");
    CHECK(refusal("GET x HTTP/1.1\r\nHost: h\r\n\r\n") == "InvalidURI");
    CHECK(parse_request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").path == "*");
    CHECK(refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n") == "InvalidURI");
}

TEST_CASE("header values are trimmed and otherwise not touched, RFC 2047 words included") {
    const Request request = parse_request(
        with_field("X-Amz-Meta-A: \t =?UTF-8?B?w6k=?=  two   blanks \t\r\nx-a: 1\r\nX-A: 2\r\nE:"));

    CHECK(request.find("x-amz-meta-a") == "=?UTF-8?B?w6k=?=  two   blanks");
    REQUIRE(request.headers.size() == 5);
    CHECK(request.headers[2].name == "x-a");
    CHECK(request.headers[2].value == "1");
    CHECK(request.headers[3].name == "x-a");
    CHECK(request.headers[3].value == "2");
    CHECK(request.find("e") == "");
}

TEST_CASE("a head that arrives byte by byte is the same head") {
    const std::string head = "\r\nPUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    RequestParser parser;
    std::size_t given = 1;
    while (parser.advance(as_bytes(head).first(given)) == Outcome::incomplete)
        ++given;

    const Request request = parser.take();

    CHECK(parser.consumed() == head.size() - 3);
    CHECK(request.path == "/b/k");
    CHECK(request.content_length == 3);
    CHECK(request.framing == BodyFraming::length);
}

TEST_CASE("what two readers would read differently is refused") {
    CHECK(refusal("GET / HTTP/1.1\nHost: h\r\n\r\n") == "BadRequest");
    CHECK(refusal("GET / HTTP/1.1\r\nHost: h\n\n") == "BadRequest");
    CHECK(refusal("GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n") == "BadRequest");
    CHECK(refusal("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s) == "BadRequest");
    CHECK(refusal(with_field("X: a\r\n folded")) == "BadRequest");
    CHECK(refusal(with_field(" folded: 1")) == "BadRequest");
    CHECK(refusal(with_field("X : 1")) == "BadRequest");
    CHECK(refusal(with_field("Content-Length : 5")) == "BadRequest");
    CHECK(refusal(with_field("no colon")) == "BadRequest");
    CHECK(refusal(with_field(": no name")) == "BadRequest");
    CHECK(refusal(with_field("X(y): 1")) == "BadRequest");
    CHECK(refusal("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") == "BadRequest");
}

TEST_CASE("a request line must be a method, a target and a known version") {
    for (const std::string_view line : {"G@T / HTTP/1.1",
                                        "get / HTTP/1.1",
                                        "GET /",
                                        "GET  HTTP/1.1",
                                        "GET / HTTP/9.9",
                                        "GET / HTTP/2.0",
                                        "GET / http/1.1",
                                        "GET / HTTP/1.1 ",
                                        " GET / HTTP/1.1",
                                        "ABCDEFGHIJKLMNOPQ / HTTP/1.1"})
        CHECK_MESSAGE(refusal(std::string(line) + "\r\nHost: h\r\n\r\n") != "", line);
    CHECK(refusal("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n") == "InvalidURI");
    CHECK(refusal("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n") == "InvalidURI");
    CHECK(refusal("GET /a\x7f HTTP/1.1\r\nHost: h\r\n\r\n") == "InvalidURI");
}

TEST_CASE("HTTP/1.1 needs exactly one Host, HTTP/1.0 none") {
    CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == "BadRequest");
    CHECK(refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n") == "BadRequest");
    CHECK(refusal(with_field("Host: h")) == "BadRequest");
    CHECK(parse_request("GET / HTTP/1.0\r\n\r\n").minor_version == 0);
}

TEST_CASE("fields that must be single are refused twice") {
    for (const std::string_view field : {"Authorization: a",
                                         "Content-Length: 5",
                                         "Transfer-Encoding: chunked",
                                         "X-Amz-Date: 1",
                                         "X-Amz-Content-Sha256: 1"})
        CHECK(refusal(with_field(std::string(field) + "\r\n" + std::string(field))) ==
              "BadRequest");
}

TEST_CASE("Content-Length is a plain number that fits") {
    for (const std::string_view value : {"-5",
                                         "+5",
                                         "1,000",
                                         "abc",
                                         "",
                                         "0x10",
                                         "5 5",
                                         "18446744073709551616",
                                         "99999999999999999999",
                                         "9223372036854775808"})
        CHECK_MESSAGE(refusal(with_field("Content-Length: " + std::string(value))) == "BadRequest",
                      value);
    CHECK(parse_request(with_field("Content-Length: 5000000000")).content_length == 5000000000U);
    CHECK(parse_request(with_field("Content-Length: 0")).framing == BodyFraming::length);
}

TEST_CASE("the only transfer coding is chunked, and never beside a length") {
    CHECK(parse_request(with_field("Transfer-Encoding: Chunked")).framing == BodyFraming::chunked);
    CHECK(refusal(with_field("Transfer-Encoding: gzip, chunked")) == "NotImplemented");
    CHECK(refusal(with_field("Transfer-Encoding: identity")) == "NotImplemented");
    CHECK(refusal(with_field("Transfer-Encoding: chunked\r\nContent-Length: 5")) == "BadRequest");
    CHECK(refusal("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == "BadRequest");
}

TEST_CASE("Connection decides whether the connection stays, wherever the word stands") {
    CHECK_FALSE(parse_request(with_field("Connection: TE, close")).keep_alive);
    CHECK_FALSE(
        parse_request(with_field("Connection: Keep-Alive\r\nConnection: Close")).keep_alive);
    CHECK_FALSE(parse_request("GET / HTTP/1.0\r\n\r\n").keep_alive);
    CHECK(parse_request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST_CASE("100-continue is the only expectation, and HTTP/1.0 has none") {
    CHECK(parse_request(with_field("Expect: 100-Continue")).expects_continue);
    CHECK(refusal(with_field("Expect: foo")) == "ExpectationFailed");
    CHECK_FALSE(parse_request("PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

TEST_CASE("targets, values and fields are bounded, complete or not") {
    const std::string longest(max_target_bytes - 1, 'a');
    CHECK(parse_request("GET /" + longest + " HTTP/1.1\r\nHost: h\r\n\r\n").path.size() ==
          max_target_bytes);
    CHECK(refusal("GET /a" + longest + " HTTP/1.1\r\nHost: h\r\n\r\n") == "URITooLong");
    CHECK(refusal("GET /" + longest + longest) == "URITooLong");

    CHECK(refusal(with_field("A: " + std::string(60'000, 'v'))) == "");
    const std::string too_large = "RequestHeaderSectionTooLarge";
    CHECK(refusal(with_field("A: " + std::string(66'000, 'v'))) == too_large);
    CHECK(refusal("GET / HTTP/1.1\r\nA: " + std::string(70'000, 'v')) == too_large);
    CHECK(refusal(with_field("A:" + std::string(66'000, ' '))) == too_large);
    CHECK(refusal(with_field(std::string(257, 'n') + ": 1")) == too_large);
    std::string fields;
    for (int i = 0; i < 199; ++i)
        fields += "A: 1\r\n";
    CHECK(refusal(with_field(fields + "B: 1")) == too_large);
    fields.resize(fields.size() - 2);
    CHECK(refusal(with_field(fields)) == "");
}

TEST_SUITE_END();

}  // namespace alexander::s3::http
