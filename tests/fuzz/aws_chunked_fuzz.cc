// Any bytes as an aws-chunked body: the decoder ends, keeps to the announced length, and decodes
// the same however the bytes arrive. The first byte chooses the announced length.
#include "s3d/auth/aws_chunked.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

using namespace alexander;
using namespace alexander::s3;

class InputSource final : public http::ByteSource {
public:
    InputSource(ByteView rest, std::size_t step) : rest_(rest), step_(step) {}

    [[nodiscard]] ByteView next() override {
        const ByteView block = rest_.first(std::min(step_, rest_.size()));
        rest_ = rest_.subspan(block.size());
        return block;
    }

private:
    ByteView rest_;
    std::size_t step_;
};

/// What came out before the end or the error, which is named at the end.
std::string decode(ByteView input, std::uint64_t length, PayloadMode mode, std::size_t step) {
    static const auto key = std::make_shared<const KeyedHmac>(as_bytes("key"));
    InputSource source(input, step);
    AwsChunkedReader reader(source, {mode, length, {"x-amz-checksum-crc32"}, {key, "t", "s", "0"}});
    std::string out;
    try {
        for (ByteView block = reader.next(); !block.empty(); block = reader.next())
            out.append(as_text(block));
        if (out.size() != length)
            std::abort();
    } catch (const S3Error& error) {
        out.append(facts(error.code()).name);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const ByteView input = std::as_bytes(std::span(data, size)).subspan(1);
    for (const PayloadMode mode : {PayloadMode::streaming_unsigned_trailer,
                                   PayloadMode::streaming_signed,
                                   PayloadMode::streaming_signed_trailer})
        if (decode(input, data[0], mode, size) != decode(input, data[0], mode, 3))
            std::abort();
    return 0;
}
