// Sums that tell how well a catalog is looked after.
#pragma once

#include "catalog/catalog.h"

namespace alexander::catalog {

struct PackCover {
    std::int64_t packs = 0;
    std::int64_t damaged_chunks = 0;
    std::int64_t oldest_seconds = 0;  // the oldest of all packs' last scrubs, or births
};

[[nodiscard]] PackCover get_pack_cover(Snapshot& snapshot);

/// Of all buckets together.
[[nodiscard]] Usage get_whole_usage(Snapshot& snapshot);

/// Open uploads that were begun before a moment.
[[nodiscard]] std::int64_t count_open_uploads(Snapshot& snapshot, std::int64_t before_seconds);

/// The newest migration that the database has.
[[nodiscard]] std::int64_t get_stored_schema(Snapshot& snapshot);

/// The newest migration that this program has.
[[nodiscard]] std::int64_t get_known_schema();

}  // namespace alexander::catalog
