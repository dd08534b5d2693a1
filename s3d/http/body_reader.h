// The body of a request, out of its HTTP framing.
#pragma once

#include "s3d/http/byte_source.h"
#include "s3d/http/request.h"
#include "s3d/http/stream.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace alexander::s3::http {

/// Told how many bytes pass; may hold them back.
using Pace = std::function<void(std::size_t)>;

inline constexpr std::size_t receive_step_bytes = 64 * 1024;
inline constexpr std::size_t max_trailer_bytes = 8 * 1024;

/// Yields the body as it arrives, without chunk sizes or trailers.
///
/// `100 Continue` is sent when the first byte is asked for, so whoever refuses a request before
/// reading its body never invites it. A body that ends early is IncompleteBody, never an end.
/// One thread at a time.
class BodyReader final : public ByteSource {
public:
    /// `buffer[0, received)` is what came after the head; the rest is room to receive into.
    BodyReader(const Request& request, Stream& stream, MutableBytes buffer, std::size_t received);

    /// Throws S3Error incomplete_body (cut short, or silent too long) or invalid_request (broken
    /// chunk framing); the connection is then of no more use.
    [[nodiscard]] ByteView next() override;

    /// Reads and drops what is left if that is at most `limit` bytes and wanted by nobody;
    /// false if it is more, unknown, or was never invited: then the connection must be closed.
    [[nodiscard]] bool drain(std::uint64_t limit) noexcept;

    /// Trailer fields of a chunked body, complete once next() returned nothing.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& trailers() const {
        return trailers_;
    }

    /// Called with the size of each block that next() yields, before it does.
    void set_pace(Pace pace) { pace_ = std::move(pace); }

    /// Bytes of body yielded so far.
    [[nodiscard]] std::uint64_t received_bytes() const noexcept { return yielded_; }

    [[nodiscard]] bool at_end() const noexcept { return state_ == State::end; }

    /// After the end: bytes in the buffer that belong to the next request.
    [[nodiscard]] MutableBytes left_over() noexcept {
        return buffer_.subspan(begin_, end_ - begin_);
    }

private:
    enum class State : std::uint8_t {
        length,
        chunk_size,
        chunk_data,
        chunk_end,
        trailer,
        end,
        broken
    };

    [[nodiscard]] ByteView advance();
    [[nodiscard]] ByteView take(std::uint64_t& remaining);
    void take_chunk_size();
    void take_chunk_end();
    void take_trailer();
    [[nodiscard]] std::string_view take_line(std::size_t limit);
    void receive_more();
    void invite();

    Stream& stream_;
    Pace pace_;
    MutableBytes buffer_;
    std::size_t begin_ = 0;
    std::size_t end_;
    State state_;
    bool must_invite_;
    std::uint64_t remaining_ = 0;  // of the body or of the chunk
    std::uint64_t yielded_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::vector<std::pair<std::string, std::string>> trailers_;
};

}  // namespace alexander::s3::http
