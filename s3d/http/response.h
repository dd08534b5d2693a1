// What a handler answers.
#pragma once

#include "s3d/http/byte_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3::http {

/// A status, headers, and a body in one piece (`body`) or pulled (`source`).
///
/// The writer adds Date, Server, Connection and Content-Length or Transfer-Encoding: a source
/// whose length is known needs `content_length`, else it is sent chunked. For HEAD the body is
/// left out and its length announced. 204 and 304 never have one.
struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::unique_ptr<ByteSource> source;
    std::optional<std::uint64_t> content_length;
    bool close = false;  // the connection, after this answer

    /// Adds a field. Control bytes in a value are sent as blanks, so it cannot end the line.
    Response& set(std::string_view name, std::string_view value);

    /// Sets body and Content-Type.
    static Response text(int status, std::string_view content_type, std::string body);
};

/// How the body goes on the wire.
enum class Coding : std::uint8_t { none, length, chunked };

struct HeadFacts {
    int minor_version = 1;
    bool keep_alive = true;
    std::string_view date;  // IMF-fixdate
};

/// The status line and all fields with the final empty line, and the coding they announce.
[[nodiscard]] std::pair<std::string, Coding> format_head(const Response& response,
                                                         const HeadFacts& facts);

[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace alexander::s3::http
