// Any bytes as the head of a snapshot: refused, or written again as they were read.
#include "base/error.h"
#include "blob/record.h"
#include "store/snapshots/head.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace alexander;  // NOLINT(google-build-using-namespace): one short program

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = std::as_bytes(std::span(data, size));
    try {
        const SnapshotHead head = parse_snapshot_head(bytes);
        if (size <= max_record_plain_length &&
            !std::ranges::equal(format_snapshot_head(head), bytes))
            std::abort();
    } catch (const Error&) {  // the usual answer
    }
    return 0;
}
