#include "store/store_again.h"

#include <algorithm>

namespace alexander {
namespace {

constexpr std::uint64_t step_bytes = 1U << 20U;

}  // namespace

ContentDraft store_again(const Engine& engine,
                         const catalog::Content& source,
                         const ContentRange& range,
                         const catalog::Bucket& target,
                         std::uint8_t profile) {
    ContentReader reader(engine, source);
    ContentWriter writer(engine, target.domain, static_cast<ChunkProfile>(profile));
    const std::uint64_t end = range.first + range.length;
    for (std::uint64_t offset = range.first; offset < end;) {
        const Slice slice =
            reader.read(offset, static_cast<std::size_t>(std::min(end - offset, step_bytes)));
        writer.write(slice.bytes);
        offset += slice.bytes.size();
    }
    return writer.finish();
}

}  // namespace alexander
