// Where an S3 server listens.
#pragma once

#include <cstdint>
#include <string>

namespace alexander::s3client {

enum class Scheme : std::uint8_t { http, https };

struct Endpoint {
    Scheme scheme = Scheme::https;
    std::string host;  // a name or an address, IPv6 without brackets
    std::uint16_t port = 0;

    /// What a Host header says: without the port if it is the scheme's own.
    [[nodiscard]] std::string host_header() const;

    /// "https://host:port", without a slash.
    [[nodiscard]] std::string text() const;
};

/// Reads "http[s]://HOST[:PORT][/]". Throws invalid_argument.
[[nodiscard]] Endpoint parse_endpoint(const std::string& text);

/// "/bucket/key", encoded once: nothing in a key is normalised. An empty bucket is the service.
[[nodiscard]] std::string path_of(const std::string& bucket, const std::string& key);

}  // namespace alexander::s3client
