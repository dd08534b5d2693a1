#include "base/status_listener.h"

#include "base/error.h"
#include "base/status_pages.h"
#include "base/status_request.h"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace alexander {

namespace {

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd fd = UniqueFd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

void say(const UniqueFd& fd, std::string_view text) {
    REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
}

std::string all_of(const UniqueFd& fd) {
    std::string text;
    char block[4096];
    for (ssize_t size = 0; (size = ::recv(fd.get(), block, sizeof block, 0)) > 0;)
        text.append(block, static_cast<std::size_t>(size));
    return text;
}

std::string ask(std::uint16_t port, std::string_view request) {
    const UniqueFd fd = connect_to(port);
    say(fd, request);
    return all_of(fd);
}

struct Fixture {
    SystemClock clock;
    UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Logger log{clock, LogLevel::error, LogFormat::text, nowhere.get()};
    Health health{clock, [] { return std::vector<std::string>(); }};
    SecretText token{std::string("a-token")};
    StatusListener listener{
        "127.0.0.1",
        0,
        "metrics.port",
        [this](const StatusRequest& request) {
            if (request.path == "/fails")
                throw Error(ErrorCode::corrupt, "a secret reason");
            if (request.path == "/large")
                return StatusAnswer{200, "text/plain", std::string(4'000'000, 'x')};
            return answer_status(
                {health,
                 token,
                 [](MetricsText& text) { text.add("alexander_storage_objects", 7); }},
                request);
        },
        log};
};

}  // namespace

TEST_SUITE_BEGIN("base/status listener");

TEST_CASE("metrics are for who has the token, health for everybody") {
    const Fixture site;
    const std::uint16_t port = site.listener.port();
    CHECK(ask(port, "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 401 "));
    CHECK(ask(port, "GET /metrics HTTP/1.1\r\nAuthorization: Bearer a-tokex\r\n\r\n")
              .starts_with("HTTP/1.1 401 "));
    CHECK(ask(port, "GET /readyz HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));

    const std::string page =
        ask(port, "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nauthorization:Bearer a-token \r\n\r\n");

    CHECK(page.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(page.find("\nalexander_storage_objects 7\n") != std::string::npos);
    CHECK(page.find("\nalexander_ready 1\n") != std::string::npos);
}

TEST_CASE("whatever is not a request is refused, and the next one is answered") {
    const Fixture site;
    const std::uint16_t port = site.listener.port();
    for (const char* broken : {"\r\n\r\n",
                               "GET\r\n\r\n",
                               "GET /x\r\n\r\n",
                               "GET  HTTP/1.1\r\n\r\n",
                               "GET / HTTP/2\r\n\r\n",
                               "GET /a b HTTP/1.1\r\n\r\n",
                               "GET / HTTP/1.1\r\nX: \x01\r\n\r\n"})
        CHECK(ask(port, broken).starts_with("HTTP/1.1 400 "));
    CHECK(ask(port, std::string(9000, 'a')).starts_with("HTTP/1.1 400 "));
    CHECK(ask(port, "POST /healthz HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    CHECK(ask(port, "GET /else HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
    const std::string failed = ask(port, "GET /fails HTTP/1.1\r\n\r\n");
    CHECK(failed.starts_with("HTTP/1.1 500 "));
    CHECK(failed.find("secret") == std::string::npos);
    CHECK(ask(port, "HEAD /healthz HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_CASE("a large answer arrives whole") {
    const Fixture site;
    const std::string page = ask(site.listener.port(), "GET /large HTTP/1.1\r\n\r\n");
    CHECK(page.size() > 4'000'000);
    CHECK(page.back() == 'x');
}

TEST_CASE("silent connections do not keep others out for long") {
    const Fixture site;
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 40; ++i)
        silent.push_back(connect_to(site.listener.port()));
    const UniqueFd late = connect_to(site.listener.port());
    say(late, "GET /healthz HTTP/1.1\r\n\r\n");
    for (std::size_t i = 0; i < 30; ++i)
        silent[i].reset();
    CHECK(all_of(late).starts_with("HTTP/1.1 200 "));
}

TEST_CASE("threads may ask at once") {
    const Fixture site;
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 5; ++n)
                if (ask(site.listener.port(), "GET /readyz HTTP/1.1\r\n\r\n")
                        .starts_with("HTTP/1.1 200 "))
                    ++good;
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(good == 40);
}

TEST_CASE("a port that is taken is an error that names the setting") {
    const Fixture site;
    CHECK_THROWS_WITH_AS(
        StatusListener(
            "127.0.0.1", site.listener.port(), "metrics.port", {}, const_cast<Logger&>(site.log)),
        doctest::Contains("set metrics.port to another port"),
        Error);
}

TEST_SUITE_END();

}  // namespace alexander
