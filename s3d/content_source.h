// A stored object's bytes as a response body.
#pragma once

#include "s3d/http/byte_source.h"
#include "store/content_reader.h"

namespace alexander::s3 {

/// Yields `length` bytes from `offset`. Throws corrupt if the store's bytes are damaged, so that
/// the answer is cut off instead of being wrong.
class ContentSource final : public http::ByteSource {
public:
    ContentSource(ContentReader reader, std::uint64_t offset, std::uint64_t length)
        : reader_(std::move(reader)), offset_(offset), left_(length) {}

    [[nodiscard]] ByteView next() override;

private:
    static constexpr std::uint64_t block_limit_bytes = 1024 * 1024;

    ContentReader reader_;
    std::uint64_t offset_;
    std::uint64_t left_;
    Slice slice_;
};

}  // namespace alexander::s3
