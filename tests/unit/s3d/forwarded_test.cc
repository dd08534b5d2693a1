#include "s3d/http/forwarded.h"

#include "base/error.h"

#include <doctest/doctest.h>

namespace alexander::s3::http {

namespace {

Request request_with(std::vector<Header> headers) {
    Request request;
    request.headers = std::move(headers);
    return request;
}

Peer resolve(const TrustedProxies& proxies, const Peer& direct, std::vector<Header> headers) {
    Request request = request_with(std::move(headers));
    return proxies.resolve(direct, request);
}

}  // namespace

TEST_SUITE_BEGIN("s3d/forwarded");

TEST_CASE("nobody is believed unless the settings say so") {
    const TrustedProxies nobody("");
    Request request = request_with({{"host", "a"},
                                    {"x-forwarded-for", "1.2.3.4"},
                                    {"x-forwarded-proto", "https"},
                                    {"x-forwarded-host", "b"}});

    const Peer client = nobody.resolve({"127.0.0.1", false}, request);

    CHECK(client.address == "127.0.0.1");
    CHECK(!client.secure);
    CHECK(request.find("host") == "a");
}

TEST_CASE("a trusted proxy speaks for its client") {
    const TrustedProxies proxies("127.0.0.1, 10.0.0.0/8");
    Request request = request_with({{"host", "a"},
                                    {"x-forwarded-for", "192.0.2.7"},
                                    {"x-forwarded-proto", "https"},
                                    {"x-forwarded-host", "s3.example.org:443"}});

    const Peer client = proxies.resolve({"10.1.2.3", false}, request);

    CHECK(client.address == "192.0.2.7");
    CHECK(client.secure);
    CHECK(request.find("host") == "s3.example.org:443");
    CHECK(resolve(proxies, {"11.0.0.1", false}, {{"x-forwarded-for", "192.0.2.7"}}).address ==
          "11.0.0.1");
}

TEST_CASE("what a client wrote before its proxy did is not believed") {
    const TrustedProxies proxies("127.0.0.1,10.0.0.0/8");
    const auto address = [&](std::vector<Header> headers) {
        return resolve(proxies, {"127.0.0.1", false}, std::move(headers)).address;
    };
    CHECK(address({{"x-forwarded-for", "6.6.6.6, 192.0.2.7"}}) == "192.0.2.7");
    CHECK(address({{"x-forwarded-for", "6.6.6.6"}, {"x-forwarded-for", "192.0.2.7, 10.0.0.1"}}) ==
          "192.0.2.7");
    CHECK(address({{"x-forwarded-for", "6.6.6.6, unknown"}}) == "127.0.0.1");
    CHECK(address({{"x-forwarded-for", "6.6.6.6, nonsense, 10.0.0.1"}}) == "10.0.0.1");
    CHECK(address({{"x-forwarded-for", "10.0.0.2, 10.0.0.1"}}) == "10.0.0.2");
    CHECK(address({{"x-forwarded-for", ""}}) == "127.0.0.1");
    CHECK(address({{"x-forwarded-for", "10.0.0.0/8"}}) == "127.0.0.1");
}

TEST_CASE("addresses may have ports") {
    const TrustedProxies proxies("127.0.0.1");
    const auto address = [&](std::string_view text) {
        return resolve(proxies, {"127.0.0.1", false}, {{"x-forwarded-for", text}}).address;
    };
    CHECK(address("192.0.2.7:4711") == "192.0.2.7");
    CHECK(address("[2001:db8::1]:4711") == "2001:db8::1");
    CHECK(address("2001:db8::1") == "2001:db8::1");
}

TEST_CASE("a proxy that was asked in plain text says so, even over TLS") {
    const TrustedProxies proxies("127.0.0.1");
    CHECK(!resolve(proxies, {"127.0.0.1", true}, {{"x-forwarded-proto", "http"}}).secure);
    CHECK(resolve(proxies, {"127.0.0.1", true}, {}).secure);
    CHECK(!resolve(proxies, {"127.0.0.1", false}, {{"x-forwarded-proto", "https, http"}}).secure);
}

TEST_CASE("a host that could break a line or a name is not taken") {
    const TrustedProxies proxies("127.0.0.1");
    for (const char* bad : {"", "a b", "a/b", "a@b", "a?b"}) {
        Request request = request_with({{"host", "a"}, {"x-forwarded-host", bad}});
        std::ignore = proxies.resolve({"127.0.0.1", false}, request);
        CHECK(request.find("host") == "a");
    }
}

TEST_CASE("a setting that names no network is refused") {
    CHECK_THROWS_AS(TrustedProxies("10.0.0.0/33"), Error);
    CHECK_THROWS_AS(TrustedProxies("proxy.example.org"), Error);
    CHECK_THROWS_AS(TrustedProxies("10.0.0.1;10.0.0.2"), Error);
}

TEST_SUITE_END();

}  // namespace alexander::s3::http
