// Requests, streams and clocks for the tests of the wire layer.
#pragma once

#include "base/clock.h"
#include "s3d/http/byte_source.h"
#include "s3d/http/request_parser.h"
#include "s3d/http/stream.h"
#include "s3d/s3_error.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// The head of a request that must be good.
inline http::Request parse_request(std::string_view head) {
    http::RequestParser parser;
    REQUIRE(parser.advance(as_bytes(head)) == http::RequestParser::Outcome::complete);
    return parser.take();
}

class FixedClock final : public Clock {
public:
    explicit FixedClock(std::int64_t seconds) : seconds_(seconds) {}

    [[nodiscard]] Timestamp now() override { return {seconds_, 0}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override {
        return std::chrono::seconds(seconds_);
    }

    void advance(std::int64_t seconds) { seconds_ += seconds; }

private:
    std::int64_t seconds_;
};

/// Yields the given pieces one by one, then the end; keeps what is sent.
class MemoryStream final : public http::Stream {
public:
    explicit MemoryStream(std::deque<std::string> pieces = {}) : pieces_(std::move(pieces)) {}

    [[nodiscard]] std::size_t receive(MutableBytes into) override {
        if (pieces_.empty())
            return 0;
        std::string& piece = pieces_.front();
        const std::size_t size = std::min(piece.size(), into.size());
        std::memcpy(into.data(), piece.data(), size);
        piece.erase(0, size);
        if (piece.empty())
            pieces_.pop_front();
        return size;
    }

    void set_hurried(bool /*hurried*/) override {}

    [[nodiscard]] std::optional<std::size_t> try_receive(MutableBytes into) override {
        return receive(into);
    }

    void send(std::span<const ByteView> parts) override {
        for (const ByteView part : parts)
            sent.append(as_text(part));
    }

    std::string sent;

private:
    std::deque<std::string> pieces_;
};

/// A source of the given text in blocks of `step` bytes.
class TextSource final : public http::ByteSource {
public:
    TextSource(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}

    [[nodiscard]] ByteView next() override {
        const std::string_view block = std::string_view(text_).substr(position_, step_);
        position_ += block.size();
        return as_bytes(block);
    }

private:
    std::string text_;
    std::size_t step_;
    std::size_t position_ = 0;
};

inline std::string read_all(http::ByteSource& source) {
    std::string text;
    for (ByteView block = source.next(); !block.empty(); block = source.next())
        text.append(as_text(block));
    return text;
}

/// The S3 code of the error that `action` throws; fails if there is none.
template <typename Action>
std::string thrown_code(Action action) {
    try {
        action();
    } catch (const S3Error& error) {
        return std::string(facts(error.code()).name);
    }
    return "nothing was thrown";
}

}  // namespace alexander::s3
