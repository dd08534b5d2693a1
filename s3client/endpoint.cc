#include "s3client/endpoint.h"

#include "base/error.h"
#include "s3/uri.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace alexander::s3client {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

std::uint16_t port_of(Scheme scheme) {
    return scheme == Scheme::https ? https_port : http_port;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (fault != std::errc() || end != text.data() + text.size() || port == 0)
        return std::nullopt;
    return port;
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

// "[::1]" and what follows it, or everything before the colon and what follows that.
std::optional<std::pair<std::string, std::string>> split_host(const std::string& text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string::npos)
            return std::nullopt;
        const std::string host = text.substr(1, end - 1);
        if (host.empty() || host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
            return std::nullopt;
        return {{host, text.substr(end + 1)}};
    }
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string host = text.substr(0, colon);
    if (host.empty() || !std::ranges::all_of(host, is_host_character))
        return std::nullopt;
    return {{host, text.substr(colon)}};
}

}  // namespace

std::string Endpoint::host_header() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == port_of(scheme) ? name : name + ":" + std::to_string(port);
}

std::string Endpoint::text() const {
    return (scheme == Scheme::https ? "https://" : "http://") + host_header();
}

Endpoint parse_endpoint(const std::string& text) {
    const auto refuse = [&](const std::string& why) -> Error {
        return {
            ErrorCode::invalid_argument,
            "the endpoint " + text + " " + why + "; say it as https://HOST or http://HOST:PORT"};
    };
    Endpoint endpoint;
    std::string rest;
    if (text.starts_with("https://"))
        rest = text.substr(8);
    else if (text.starts_with("http://"))
        rest = text.substr(7);
    else
        throw refuse("has no scheme");
    endpoint.scheme = text.starts_with("https") ? Scheme::https : Scheme::http;
    if (rest.find('@') != std::string::npos)
        throw refuse("has a user in it: keys are never given so");
    if (rest.ends_with('/'))
        rest.pop_back();
    if (rest.find_first_of("/?#") != std::string::npos)
        throw refuse("has a path");
    const auto parts = split_host(rest);
    if (!parts)
        throw refuse("names no host");
    endpoint.host = parts->first;
    endpoint.port = port_of(endpoint.scheme);
    if (!parts->second.empty()) {
        const auto port =
            parts->second.starts_with(':') ? parse_port(parts->second.substr(1)) : std::nullopt;
        if (!port)
            throw refuse("has no port from 1 to 65535 after the host");
        endpoint.port = *port;
    }
    return endpoint;
}

std::string path_of(const std::string& bucket, const std::string& key) {
    std::string path = "/" + s3::percent_encode(bucket, s3::Slash::encode);
    if (!key.empty())
        path += "/" + s3::percent_encode(key, s3::Slash::keep);
    return path;
}

}  // namespace alexander::s3client
