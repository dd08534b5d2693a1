// Which snapshots of the catalog are kept, and for how long.
#pragma once

#include "catalog/snapshots.h"

#include <set>
#include <vector>

namespace alexander {

struct SnapshotRetention {
    std::size_t hours = 24;
    std::size_t days = 7;
    std::size_t weeks = 4;
};

/// Of `snapshots`, newest first, those that are not kept: of each of the last hours, days and weeks
/// (of UTC) that have one, the newest is kept; and the newest of all.
[[nodiscard]] std::set<catalog::CommitSeq> find_expired(
    const std::vector<catalog::CatalogSnapshot>& snapshots, const SnapshotRetention& retention);

}  // namespace alexander
