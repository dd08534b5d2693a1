#include "s3d/http/body_reader.h"

#include "wire_fixture.h"

#include <doctest/doctest.h>

#include <memory>

namespace alexander::s3::http {

namespace {

/// A body behind the given head, arriving in pieces after `received` came with the head.
class Body {
public:
    Body(std::string_view head, std::deque<std::string> pieces, std::string_view received = "")
        : request_(parse_request(head)), stream(std::move(pieces)), buffer_(128 * 1024) {
        std::memcpy(buffer_.data(), received.data(), received.size());
        reader = std::make_unique<BodyReader>(request_, stream, buffer_, received.size());
    }

private:
    Request request_;

public:
    MemoryStream stream;
    std::unique_ptr<BodyReader> reader;

private:
    Bytes buffer_;
};

std::string chunked_head() {
    return "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string length_head(std::uint64_t length, std::string_view more = "") {
    return "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           std::string(more) + "\r\n";
}

std::string chunked_refusal(const std::string& body) {
    Body whole(chunked_head(), {body});
    return thrown_code([&] { read_all(*whole.reader); });
}

}  // namespace

TEST_SUITE_BEGIN("s3d/body_reader");

TEST_CASE("without length or coding there is no body, and nothing is waited for") {
    Body body("POST /b/k?uploads HTTP/1.1\r\nHost: h\r\n\r\n", {"GET / HTTP/1.1"});

    CHECK(read_all(*body.reader).empty());
    CHECK(body.reader->at_end());
}

TEST_CASE("a body of known length ends there, and the rest is the next request's") {
    Body body(length_head(5), {"lloGET /next"}, "he");
    CHECK(read_all(*body.reader) == "hello");
}

TEST_CASE("a chunked body loses its framing, extensions and trailers however it is cut") {
    const std::string framed =
        "4;name=value\r\nwiki\r\n00005\r\npedia\r\n0\r\nX-One: 1\r\nx-two:  2 \r\n\r\nGET /";
    for (std::size_t cut = 1; cut < framed.size(); ++cut) {
        Body body(chunked_head(), {framed.substr(cut)}, framed.substr(0, cut));

        REQUIRE(read_all(*body.reader) == "wikipedia");
        REQUIRE(body.reader->trailers().size() == 2);
        CHECK(body.reader->trailers()[1] == std::pair<std::string, std::string>("x-two", "2"));
    }
    Body body(chunked_head(), {}, framed);
    CHECK(read_all(*body.reader) == "wikipedia");
    CHECK(as_text(body.reader->left_over()) == "GET /");
}

TEST_CASE("a body that is cut short is an error, not an end") {
    Body with_length(length_head(10), {"abc"});
    CHECK(thrown_code([&] { read_all(*with_length.reader); }) == "IncompleteBody");
    CHECK(thrown_code([&] { read_all(*with_length.reader); }) == "IncompleteBody");

    CHECK(chunked_refusal("5\r\nab") == "IncompleteBody");
    CHECK(chunked_refusal("2\r\nab\r\n") == "IncompleteBody");
    CHECK(chunked_refusal("2\r\nab\r\n0\r\n") == "IncompleteBody");
}

TEST_CASE("broken chunk framing is refused") {
    for (const std::string_view body : {"ZZ\r\nab\r\n0\r\n\r\n",
                                        "\r\n",
                                        "-2\r\nab\r\n0\r\n\r\n",
                                        "0x2\r\nab\r\n0\r\n\r\n",
                                        " 2\r\nab\r\n0\r\n\r\n",
                                        "2 \r\nab\r\n0\r\n\r\n",
                                        "2\nab\n0\n\n",
                                        "2\r\nabc\r\n0\r\n\r\n",
                                        "2\r\nab\n0\r\n\r\n",
                                        "ffffffffffffffff1\r\nab",
                                        "2;a\rb\r\nab\r\n0\r\n\r\n",
                                        "0\r\nno colon\r\n\r\n",
                                        "0\r\nname : v\r\n\r\n"})
        CHECK_MESSAGE(chunked_refusal(std::string(body)) == "InvalidRequest", body);
    CHECK(chunked_refusal("0\r\nx: " + std::string(9000, 'v')) == "InvalidRequest");
    CHECK(chunked_refusal("1;" + std::string(5000, 'x')) == "InvalidRequest");
}

TEST_CASE("100 Continue is sent when the body is first asked for, and only then") {
    Body body(length_head(2, "Expect: 100-continue\r\n"), {"ab"});
    CHECK(body.stream.sent.empty());

    CHECK(read_all(*body.reader) == "ab");

    CHECK(body.stream.sent == "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_CASE("a body that came with its head is not invited") {
    Body body(length_head(2, "Expect: 100-continue\r\n"), {"b"}, "a");

    CHECK(read_all(*body.reader) == "ab");

    CHECK(body.stream.sent.empty());
}

TEST_CASE("a small unread body is drained, a large or uninvited one is not") {
    Body small(length_head(5), {"he", "llo"});
    CHECK(small.reader->drain(1024));
    CHECK(small.reader->at_end());

    Body large(length_head(5000), {std::string(5000, 'x')});
    CHECK_FALSE(large.reader->drain(1024));

    Body endless(chunked_head(), {"1000\r\n" + std::string(0x1000, 'x') + "\r\n0\r\n\r\n"});
    CHECK_FALSE(endless.reader->drain(1024));

    Body uninvited(length_head(5, "Expect: 100-continue\r\n"), {"hello"});
    CHECK_FALSE(uninvited.reader->drain(1024));
    CHECK(uninvited.stream.sent.empty());

    Body broken(length_head(5), {"he"});
    CHECK_FALSE(broken.reader->drain(1024));
}

TEST_SUITE_END();

}  // namespace alexander::s3::http
