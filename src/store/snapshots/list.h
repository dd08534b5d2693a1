// The snapshots of the catalog that a store has.
#pragma once

#include "store/engine.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace alexander {

struct KeptSnapshot {
    catalog::CommitSeq seq = 0;
    std::int64_t created_seconds = 0;
    std::int64_t database_bytes = 0;
    std::int64_t new_bytes = 0;  // of records that no snapshot before had
    bool has_file = false;       // false after a cut; a rebuild does not count on it
};

/// Newest first.
[[nodiscard]] std::vector<KeptSnapshot> list_kept_snapshots(const Engine& engine);

struct SnapshotFacts {
    std::optional<std::int64_t> newest_seconds;      // when the newest was made
    std::optional<std::int64_t> used_since_seconds;  // nothing: there is nothing to lose
    bool newest_has_file = false;
};

[[nodiscard]] SnapshotFacts get_snapshot_facts(const Engine& engine);

}  // namespace alexander
