// What changed since, for whoever keeps copies.
#pragma once

#include "catalog/catalog.h"

#include <vector>

namespace alexander::catalog {

/// Rows with commit_seq > `after`, whole commits only, at least one commit if there is one, about
/// `limit` rows.
[[nodiscard]] std::vector<Change> read_changes(Snapshot& snapshot,
                                               CommitSeq after,
                                               std::size_t limit);

/// True if a commit after `after` by another process than `except` touched the bucket.
[[nodiscard]] bool bucket_changed(Snapshot& snapshot,
                                  CommitSeq after,
                                  BucketId bucket,
                                  const ProcessId* except);

/// Deletes rows with commit_seq <= `through`.
void trim_changes(Transaction& transaction, CommitSeq through);

}  // namespace alexander::catalog
