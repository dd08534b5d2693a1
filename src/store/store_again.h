// Copies between deduplication domains.
#pragma once

#include "store/content_reader.h"
#include "store/content_writer.h"

namespace alexander {

struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};

/// The bytes of a range anew, chunked and sealed under the keys of the target bucket's domain.
[[nodiscard]] ContentDraft store_again(const Engine& engine,
                                       const catalog::Content& source,
                                       const ContentRange& range,
                                       const catalog::Bucket& target,
                                       std::uint8_t profile);

}  // namespace alexander
