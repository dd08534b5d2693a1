// Buckets and what they hold in sum.
#pragma once

#include "catalog/catalog.h"

#include <string_view>
#include <vector>

namespace alexander::catalog {

/// Writes the bucket and an empty usage row.
void insert_bucket(Transaction& transaction, const Bucket& bucket);
[[nodiscard]] std::optional<Bucket> find_bucket(Snapshot& snapshot, std::string_view name);
[[nodiscard]] std::optional<Bucket> find_bucket(Snapshot& snapshot, BucketId id);

/// In byte order of the names, those after `after` that begin with `prefix`; `owner` 0 means all.
[[nodiscard]] std::vector<Bucket> list_buckets(Snapshot& snapshot,
                                               UserId owner,
                                               std::string_view prefix,
                                               std::string_view after,
                                               std::size_t limit);
void update_bucket(Transaction& transaction, const Bucket& bucket);
void delete_bucket(Transaction& transaction, BucketId id);  // its documents and its usage row

[[nodiscard]] Usage get_usage(Snapshot& snapshot, BucketId bucket);
void add_usage(Transaction& transaction, BucketId bucket, const Usage& difference);

}  // namespace alexander::catalog
