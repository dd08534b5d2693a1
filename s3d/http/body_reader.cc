#include "s3d/http/body_reader.h"

#include "s3d/s3_error.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace alexander::s3::http {

namespace {

constexpr std::size_t max_chunk_line_bytes = 4096;  // a size and its extensions
constexpr std::size_t max_chunk_size_digits = 15;   // so that no sum of sizes overflows

[[noreturn]] void throw_framing(const char* what) {
    throw S3Error(S3Code::invalid_request, std::string("The chunked body is malformed: ") + what);
}

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::uint64_t parse_chunk_size(std::string_view line) {
    const std::string_view digits = line.substr(0, line.find(';'));
    if (digits.empty() || digits.size() > max_chunk_size_digits)
        throw_framing("bad chunk size");
    std::uint64_t size = 0;
    for (const char c : digits) {
        const int value = hex_value(c);
        if (value < 0)
            throw_framing("bad chunk size");
        size = size * 16 + static_cast<std::uint64_t>(value);
    }
    return size;
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

std::string_view trim_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

BodyReader::BodyReader(const Request& request,
                       Stream& stream,
                       MutableBytes buffer,
                       std::size_t received)
    : stream_(stream),
      buffer_(buffer),
      end_(received),
      state_(State::length),
      must_invite_(request.expects_continue),
      remaining_(request.content_length) {
    if (request.framing == BodyFraming::chunked)
        state_ = State::chunk_size;
    else if (request.framing == BodyFraming::none || remaining_ == 0)
        state_ = State::end;
    // A body that is already on its way needs no invitation (RFC 9110, 10.1.1).
    if (received > 0 || state_ == State::end)
        must_invite_ = false;
}

ByteView BodyReader::next() {
    if (state_ == State::broken)
        throw S3Error(S3Code::incomplete_body);
    try {
        const ByteView block = advance();
        yielded_ += block.size();
        if (pace_ && !block.empty())
            pace_(block.size());
        return block;
    } catch (const ConnectionLost& lost) {
        state_ = State::broken;
        if (lost.why() == ConnectionLost::Why::timed_out)
            throw S3Error(S3Code::request_timeout);
        throw S3Error(S3Code::incomplete_body);
    } catch (const S3Error&) {
        state_ = State::broken;
        throw;
    }
}

ByteView BodyReader::advance() {
    while (true) {
        switch (state_) {
            case State::length: {
                const ByteView block = take(remaining_);
                if (remaining_ == 0)
                    state_ = State::end;
                return block;
            }
            case State::chunk_size:
                take_chunk_size();
                break;
            case State::chunk_data: {
                const ByteView block = take(remaining_);
                if (remaining_ == 0)
                    state_ = State::chunk_end;
                return block;
            }
            case State::chunk_end:
                take_chunk_end();
                break;
            case State::trailer:
                take_trailer();
                break;
            case State::end:
            case State::broken:
                return {};
        }
    }
}

ByteView BodyReader::take(std::uint64_t& remaining) {
    if (begin_ == end_)
        receive_more();
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining, end_ - begin_));
    const ByteView block = buffer_.subspan(begin_, size);
    begin_ += size;
    remaining -= size;
    return block;
}

void BodyReader::take_chunk_size() {
    remaining_ = parse_chunk_size(take_line(max_chunk_line_bytes));
    state_ = remaining_ == 0 ? State::trailer : State::chunk_data;
}

void BodyReader::take_chunk_end() {
    if (!take_line(0).empty())
        throw_framing("a chunk is longer than its size");
    state_ = State::chunk_size;
}

void BodyReader::take_trailer() {
    const std::string_view line = take_line(max_trailer_bytes - trailer_bytes_);
    if (line.empty()) {
        state_ = State::end;
        return;
    }
    trailer_bytes_ += line.size();
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos ||
        line.substr(0, colon).find_first_of(" \t") != std::string_view::npos)
        throw_framing("bad trailer");
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    trailers_.emplace_back(std::move(name), trim_blanks(line.substr(colon + 1)));
}

/// The next line, without its end, of at most `limit` bytes. Valid until more is received.
std::string_view BodyReader::take_line(std::size_t limit) {
    std::size_t scanned = 0;
    while (true) {
        const std::string_view text = as_text(buffer_.subspan(begin_, end_ - begin_));
        const std::size_t end = text.find('\n', scanned);
        if (std::min(end, text.size()) > limit + 1)
            throw_framing("a line is too long");
        if (end != std::string_view::npos) {
            const std::string_view line = text.substr(0, end);
            if (line.empty() || line.back() != '\r' ||
                std::any_of(line.begin(), line.end() - 1, is_control))
                throw_framing("bad line end");
            begin_ += end + 1;
            return line.substr(0, line.size() - 1);
        }
        scanned = text.size();
        receive_more();
    }
}

/// Adds to what is unread. One step at a time: larger ones fall out of the CPU's cache.
void BodyReader::receive_more() {
    invite();
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (buffer_.size() - end_ < max_chunk_line_bytes) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const std::size_t room = std::min(buffer_.size() - end_, receive_step_bytes);
    const std::size_t received = stream_.receive(buffer_.subspan(end_, room));
    if (received == 0)
        throw ConnectionLost(ConnectionLost::Why::closed, "the peer closed within a body");
    end_ += received;
}

void BodyReader::invite() {
    if (!must_invite_)
        return;
    must_invite_ = false;
    static constexpr std::string_view invitation = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::array<ByteView, 1> parts{as_bytes(invitation)};
    stream_.send(parts);
}

bool BodyReader::drain(std::uint64_t limit) noexcept {
    if (state_ == State::end)
        return true;
    if (state_ == State::broken || must_invite_)
        return false;
    if (state_ == State::length && remaining_ > limit)
        return false;

    // The answer waits for this: a peer that does not send now is answered and cut off instead.
    const struct Hurry {
        explicit Hurry(Stream& wanted) : stream(wanted) { stream.set_hurried(true); }

        ~Hurry() { stream.set_hurried(false); }

        Stream& stream;
    } hurry(stream_);

    try {
        std::uint64_t dropped = 0;
        while (dropped <= limit) {
            const ByteView block = advance();
            dropped += block.size();
            if (block.empty())
                return true;
        }
    } catch (const S3Error&) {
        state_ = State::broken;
    } catch (const ConnectionLost&) {
        state_ = State::broken;
    }
    return false;
}

}  // namespace alexander::s3::http
