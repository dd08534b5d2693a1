#include "s3client/endpoint.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3client {

TEST_SUITE_BEGIN("s3client/endpoint");

TEST_CASE("an endpoint is scheme, host and port") {
    const Endpoint plain = parse_endpoint("http://127.0.0.1:9000");
    CHECK(plain.scheme == Scheme::http);
    CHECK(plain.host == "127.0.0.1");
    CHECK(plain.port == 9000);
    CHECK(plain.host_header() == "127.0.0.1:9000");
    CHECK(parse_endpoint("https://s3.example.org/").text() == "https://s3.example.org");
    CHECK(parse_endpoint("https://s3.example.org:443").host_header() == "s3.example.org");
    CHECK(parse_endpoint("http://s3.example.org").port == 80);
    CHECK(parse_endpoint("http://[::1]:9000").host == "::1");
    CHECK(parse_endpoint("http://[::1]:9000").host_header() == "[::1]:9000");
}

TEST_CASE("what is no endpoint is refused") {
    for (const char* const text : {"",
                                   "s3.example.org",
                                   "ftp://host",
                                   "http://",
                                   "http://:9000",
                                   "http://host:",
                                   "http://host:0",
                                   "http://host:65536",
                                   "http://host:9000x",
                                   "http://host/bucket",
                                   "http://host?a",
                                   "http://user:secret@host",
                                   "http://[::1",
                                   "http://[]:1",
                                   "http://ho st",
                                   "http://host\r\nX: y"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(std::ignore = parse_endpoint(text), Error);
    }
}

TEST_CASE("nothing in a key is normalised") {
    CHECK(path_of("b", "a//b/../c d+%2f\xc3\xbc") == "/b/a//b/../c%20d%2B%252f%C3%BC");
    CHECK(path_of("b", "/k") == "/b//k");
    CHECK(path_of("b", "") == "/b");
}

TEST_SUITE_END();

}  // namespace alexander::s3client
