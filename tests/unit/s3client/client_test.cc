#include "s3client/client.h"

#include "base/error.h"
#include "tests/unit/s3client/scripted_server.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3client {

namespace {

std::optional<Error> error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

std::string part(const std::string& bytes, std::uint64_t first, std::uint64_t last) {
    return answer("206 Partial Content",
                  bytes,
                  "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) +
                      "/10\r\nETag: \"e\"\r\n");
}

}  // namespace

TEST_SUITE_BEGIN("s3client/client");

TEST_CASE("what may pass is tried again after pauses that grow") {
    ScriptedServer server({"",
                           refusal("503 Slow Down", "SlowDown"),
                           refusal("429 Too Many", "TooManyRequests"),
                           answer("200 OK", "fine")});
    ScriptedClient mine(server);

    CHECK(mine.client.call({"GET", "b", "k"}).body == "fine");
    REQUIRE(mine.pauses.size() == 3);
    CHECK(mine.pauses[0] >= std::chrono::milliseconds(125));
    CHECK(mine.pauses[0] <= std::chrono::milliseconds(250));
    CHECK(mine.pauses[2] >= std::chrono::milliseconds(500));
    CHECK(mine.pauses[2] <= std::chrono::milliseconds(1000));
}

TEST_CASE("it gives up, and says what the server said") {
    ScriptedServer server(std::vector<std::string>(3, refusal("500 Oops", "InternalError")));
    ScriptedClient mine(server, 3);

    const auto error = error_of([&] { std::ignore = mine.client.call({"GET", "b", "k"}); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::device_error);
    CHECK(std::string(error->what()).find("500 InternalError: because (tried 3 times)") !=
          std::string::npos);
}

TEST_CASE("a refusal for good is told at once, in the domain's words") {
    const std::vector<std::pair<std::string, ErrorCode>> cases{
        {refusal("403 Forbidden", "AccessDenied"), ErrorCode::access_denied},
        {refusal("404 Not Found", "NoSuchBucket"), ErrorCode::no_such_bucket},
        {refusal("404 Not Found", "NoSuchKey"), ErrorCode::no_such_key},
        {refusal("412 Failed", "PreconditionFailed"), ErrorCode::precondition_failed},
        {refusal("507 Full", "XMinioStorageFull"), ErrorCode::no_space},
        {answer("400 Bad Request", "\x1b[31mred"), ErrorCode::invalid_argument}};
    for (const auto& [text, code] : cases) {
        ScriptedServer server({text});
        ScriptedClient mine(server);
        const auto error = error_of([&] { std::ignore = mine.client.call({"GET", "b", "k"}); });
        REQUIRE(error);
        CHECK(error->code() == code);
        CHECK(std::string(error->what()).find('\x1b') == std::string::npos);
        CHECK(mine.pauses.empty());
    }
}

TEST_CASE("a request is signed and carries its body, each time it is sent") {
    ScriptedServer server({"", answer("200 OK", "")});
    ScriptedClient mine(server);

    std::ignore =
        mine.client.call({"PUT", "b", "a k\xc3\xbc", {{"x", "y z"}}, {}, as_bytes("the body")});
    REQUIRE(server.requests().size() == 2);
    for (const std::string& request : server.requests()) {
        CHECK(request.starts_with("PUT /b/a%20k%C3%BC?x=y%20z HTTP/1.1\r\n"));
        CHECK(request.ends_with("\r\n\r\nthe body"));
        CHECK(request.find("Credential=AKEXAMPLE/") != std::string::npos);
        CHECK(request.find("a secret") == std::string::npos);
    }
}

TEST_CASE("an answer that is cut short is none") {
    std::string cut = answer("200 OK", "whole");
    cut.pop_back();
    ScriptedServer server({cut, answer("200 OK", "whole")});
    ScriptedClient mine(server);

    CHECK(mine.client.call({"GET", "b", "k"}).body == "whole");
}

TEST_CASE("a body that broke off is gone on with where it did, if the object is still the same") {
    std::string cut = part("0123456789", 0, 9);
    cut.resize(cut.size() - 6);
    ScriptedServer server({cut, refusal("503 Slow Down", "SlowDown"), part("456789", 4, 9)});
    ScriptedClient mine(server);
    std::string got;

    mine.client.read(
        {"GET", "b", "k"}, {0, 10, "\"e\""}, [&](ByteView bytes) { got += as_text(bytes); });
    CHECK(got == "0123456789");
    REQUIRE(server.requests().size() == 3);
    CHECK(server.requests()[2].find("range: bytes=4-9\r\n") != std::string::npos);
    CHECK(server.requests()[2].find("if-match: \"e\"\r\n") != std::string::npos);
}

TEST_CASE("another object, another range or the whole of it is not taken for what was asked for") {
    for (const std::string& text : {refusal("412 Failed", "PreconditionFailed"),
                                    part("012", 0, 2),
                                    part("0123456789", 5, 9),
                                    answer("200 OK", "0123456789")}) {
        ScriptedServer server({text});
        ScriptedClient mine(server);
        std::string got;
        CHECK(error_of([&] {
            mine.client.read({"GET", "b", "k"}, {0, 10, "\"e\""}, [&](ByteView bytes) {
                got += as_text(bytes);
            });
        }));
        CHECK(got.empty());
    }
}

TEST_CASE("a body without an end is not kept") {
    ScriptedServer server({answer("200 OK", std::string((std::size_t{17}) << 20U, 'x'))});
    ScriptedClient mine(server);

    CHECK(error_of([&] { std::ignore = mine.client.call({"GET", "b", "k"}); }));
}

TEST_SUITE_END();

}  // namespace alexander::s3client
