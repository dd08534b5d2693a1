// A request head as it was sent.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3::http {

enum class BodyFraming : std::uint8_t { none, length, chunked };

struct Header {
    std::string_view name;   // in lower case
    std::string_view value;  // without outer blanks, otherwise as sent
};

/// Views point into `head`, so it moves with them and is never copied.
struct Request {
    Request() = default;
    Request(Request&&) noexcept = default;
    Request& operator=(Request&&) noexcept = default;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    ~Request() = default;

    /// The value of the first field of that name (given in lower case). Fields whose repetition
    /// would be ambiguous are refused by the parser.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

    std::string_view method;
    std::string_view target;  // as sent
    std::string_view path;    // of the target, still encoded; begins with '/' or is "*"
    std::string_view query;   // still encoded, without '?'
    int minor_version = 1;    // of HTTP/1.x
    std::vector<Header> headers;

    BodyFraming framing = BodyFraming::none;
    std::uint64_t content_length = 0;  // for BodyFraming::length
    bool keep_alive = true;
    bool expects_continue = false;

    std::vector<char> head;
};

}  // namespace alexander::s3::http
