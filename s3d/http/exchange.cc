#include "s3d/http/exchange.h"

#include "base/clock.h"
#include "base/time_format.h"

#include <array>
#include <charconv>

namespace alexander::s3::http {

namespace {

std::string chunk_line(std::size_t size) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    return std::string(digits.data(), end.ptr) + "\r\n";
}

}  // namespace

Exchange::Exchange(const Parts& parts) : parts_(parts), waits_before_(parts.stream.waits()) {}

ExchangeTimes Exchange::times() const noexcept {
    const StreamWaits waits = parts_.stream.waits();
    ExchangeTimes times = times_;
    times.waiting_for_request = waits.receiving - waits_before_.receiving;
    times.waiting_for_client = waits.sending - waits_before_.sending;
    return times;
}

bool Exchange::can_keep_alive(const Response& response) noexcept {
    return !parts_.stopping && parts_.fault == nullptr && !response.close &&
           parts_.request.keep_alive && parts_.body.drain(parts_.drain_limit_bytes);
}

void Exchange::add_pace(Pace pace) {
    if (pace_)
        pace_ = [first = std::move(pace_), second = std::move(pace)](std::size_t size) {
            first(size);
            second(size);
        };
    else
        pace_ = std::move(pace);
    parts_.body.set_pace(pace_);
}

void Exchange::pace(std::size_t size) {
    if (pace_ && size != 0)
        pace_(size);
}

void Exchange::send(Response& response) {
    const bool head_only = parts_.request.method == "HEAD";
    // The first block is pulled before the head is sent: if it cannot be had, an error can.
    ByteView first = as_bytes(response.body);
    if (response.source && !head_only)
        first = response.source->next();

    keep_alive_ = can_keep_alive(response);
    SystemClock clock;
    const std::string date = format_http_date(clock.now());
    const auto [head, coding] =
        format_head(response, {parts_.request.minor_version, keep_alive_, date});
    if (response.source && !response.content_length && coding == Coding::none)
        keep_alive_ = false;

    status_ = response.status;
    head_sent_ = true;
    times_.until_answer = std::chrono::steady_clock::now() - began_;
    const bool has_body = response.status != 204 && response.status != 304 && !head_only;
    if (has_body && response.source)
        stream_body(head, response, coding, first);
    else
        send_small(head, has_body ? first : ByteView{});
    complete_ = true;
}

void Exchange::send_small(std::string_view head, ByteView body) {
    pace(body.size());
    const std::array<ByteView, 2> parts{as_bytes(head), body};
    parts_.stream.send(parts);
    sent_ = body.size();
}

void Exchange::stream_body(std::string_view head,
                           Response& response,
                           Coding coding,
                           ByteView first) {
    std::string_view before = head;
    std::string line;
    for (ByteView block = first; !block.empty(); block = response.source->next()) {
        pace(block.size());
        sent_ += block.size();
        if (response.content_length && sent_ > *response.content_length)
            throw Error(ErrorCode::corrupt, "a response body is longer than announced");
        line = coding == Coding::chunked ? chunk_line(block.size()) : std::string();
        const std::string_view after = coding == Coding::chunked ? "\r\n" : "";
        const std::array<ByteView, 4> parts{
            as_bytes(before), as_bytes(line), block, as_bytes(after)};
        parts_.stream.send(parts);
        before = {};
    }
    if (response.content_length && sent_ != *response.content_length)
        throw Error(ErrorCode::corrupt, "a response body is shorter than announced");
    const std::string_view end = coding == Coding::chunked ? "0\r\n\r\n" : "";
    const std::array<ByteView, 2> parts{as_bytes(before), as_bytes(end)};
    parts_.stream.send(parts);
}

}  // namespace alexander::s3::http
