// Which snapshots of the catalog are kept. What they are: docs/formats/snapshot.md.
#pragma once

#include "catalog/catalog.h"

#include <vector>

namespace alexander::catalog {

struct CatalogSnapshot {
    CommitSeq seq = 0;  // the last commit that it holds
    ContentId content = 0;
    std::int64_t created_seconds = 0;
    std::int64_t database_bytes = 0;
    std::int64_t new_bytes = 0;  // of records that no snapshot before had
};

/// Newest first.
[[nodiscard]] std::vector<CatalogSnapshot> list_snapshots(Snapshot& snapshot);

/// Replaces the one of the same commit, if there is one.
void put_snapshot(Transaction& transaction, const CatalogSnapshot& snapshot);

/// What only it is made of is garbage from then on.
void delete_snapshot(Transaction& transaction, CommitSeq seq);

/// When there first was something to lose, a user or a pack, of what is still there.
[[nodiscard]] std::optional<std::int64_t> find_first_use_seconds(Snapshot& snapshot);

}  // namespace alexander::catalog
