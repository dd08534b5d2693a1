// A strict parser of HTTP/1.1 request heads (RFC 9112): what is ambiguous is refused, because two
// readings of one head are how requests are smuggled.
#pragma once

#include "s3d/http/request.h"
#include "s3d/s3_error.h"

#include <cstddef>
#include <string>

namespace alexander::s3::http {

inline constexpr std::size_t max_target_bytes = 16 * 1024;
inline constexpr std::size_t max_header_values_bytes = 64 * 1024;
inline constexpr std::size_t max_header_name_bytes = 256;
inline constexpr std::size_t max_header_fields = 200;
/// No head that is accepted is longer; a buffer of this size always suffices.
inline constexpr std::size_t max_head_bytes = 144 * 1024;

/// Why a head is refused; its connection is closed after the answer.
struct Fault {
    S3Code code = S3Code::bad_request;
    std::string message;
};

/// Parses one head out of a growing buffer.
///
/// Refused: bare CR or LF, NUL and other controls, folded lines, blanks before a colon, lines
/// without one, a method that is not 1 to 16 capital letters, versions but 1.0 and 1.1, a missing
/// Host in 1.1, a repeated field that must be single, a Content-Length that is not 1*DIGIT or
/// overflows, Content-Length with Transfer-Encoding, any coding but `chunked`. One empty line
/// before the head is skipped. One thread at a time.
class RequestParser {
public:
    enum class Outcome : std::uint8_t { incomplete, complete, refused };

    /// `buffer` holds everything received since the head began: what was given before, and more.
    [[nodiscard]] Outcome advance(ByteView buffer);

    /// After `complete`: the request, and how many bytes of the buffer its head took.
    [[nodiscard]] Request take() { return std::move(request_); }

    [[nodiscard]] std::size_t consumed() const noexcept { return position_; }

    /// After `refused`.
    [[nodiscard]] const Fault& fault() const noexcept { return fault_; }

private:
    struct Field {
        std::size_t name, name_size, value, value_size;  // offsets from the head's begin
    };

    [[nodiscard]] Outcome refuse(S3Code code, std::string message);
    [[nodiscard]] Outcome take_line(std::string_view line);
    [[nodiscard]] Outcome take_request_line(std::string_view line);
    [[nodiscard]] Outcome take_field(std::string_view line);
    [[nodiscard]] Outcome check_pending(std::size_t pending_bytes);
    [[nodiscard]] Outcome finish(ByteView buffer);
    void bind(ByteView buffer);
    [[nodiscard]] Outcome split_target();
    [[nodiscard]] Outcome decide_framing();
    [[nodiscard]] Outcome decide_connection();

    std::size_t start_ = 0;     // of the head: 2 after a leading empty line
    std::size_t position_ = 0;  // of the first line not taken yet
    std::size_t scanned_ = 0;   // no line ends before it
    std::size_t values_bytes_ = 0;
    bool has_request_line_ = false;
    std::size_t method_size_ = 0;
    std::size_t target_size_ = 0;
    std::vector<Field> fields_;
    Request request_;
    Fault fault_;
};

}  // namespace alexander::s3::http
