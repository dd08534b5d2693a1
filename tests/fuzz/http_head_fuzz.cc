// Any bytes as a request head and its body: the parser gives the same answer however they arrive,
// and what it accepts has one reading.
#include "s3d/http/body_reader.h"
#include "s3d/http/request_parser.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace {

using namespace alexander;
using namespace alexander::s3::http;

/// Yields the rest of the input in steps that differ in size.
class InputStream final : public Stream {
public:
    explicit InputStream(ByteView rest) : rest_(rest) {}

    [[nodiscard]] std::size_t receive(MutableBytes into) override {
        const std::size_t size = std::min({rest_.size(), into.size(), ++step_ % 7 + 1});
        std::copy_n(rest_.begin(), size, into.begin());
        rest_ = rest_.subspan(size);
        return size;
    }

    void set_hurried(bool /*hurried*/) override {}

    [[nodiscard]] std::optional<std::size_t> try_receive(MutableBytes into) override {
        return receive(into);
    }

    void send(std::span<const ByteView>) override {}

private:
    ByteView rest_;
    std::size_t step_ = 0;
};

void check(bool holds) {
    if (!holds)
        std::abort();
}

void read_body(const Request& request, ByteView rest) {
    InputStream stream(rest);
    Bytes buffer(64 * 1024);
    BodyReader body(request, stream, buffer, 0);
    try {
        std::uint64_t size = 0;
        for (ByteView block = body.next(); !block.empty(); block = body.next())
            size += block.size();
        check(body.at_end() && size == body.received_bytes() && size <= rest.size());
        check(request.framing != BodyFraming::length || size == request.content_length);
    } catch (const s3::S3Error&) {
        check(!body.at_end());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input = std::as_bytes(std::span(data, size));
    RequestParser whole;
    const auto outcome = whole.advance(input);

    RequestParser piecewise;
    auto last = RequestParser::Outcome::incomplete;
    for (std::size_t given = 1; given <= size && last == RequestParser::Outcome::incomplete;
         given += 1 + given / 64)
        last = piecewise.advance(input.first(given));
    if (last == RequestParser::Outcome::incomplete)
        last = piecewise.advance(input);
    check(last == outcome);
    if (outcome != RequestParser::Outcome::complete)
        return 0;
    check(whole.consumed() == piecewise.consumed() && whole.consumed() <= max_head_bytes);
    const Request request = whole.take();
    check(!request.path.empty() && request.headers.size() <= max_header_fields);
    read_body(request, input.subspan(whole.consumed()));
    return 0;
}
