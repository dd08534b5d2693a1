// History of keys.
#pragma once

#include "catalog/catalog.h"

#include <string_view>
#include <vector>

namespace alexander::catalog {

/// Inserts; throws corrupt if (bucket, key, seq) exists or a second null version would.
void insert_version(Transaction& transaction, const Version& version);
void update_version(Transaction& transaction, const Version& version);
void delete_version(Transaction& transaction,
                    BucketId bucket,
                    std::string_view key,
                    VersionSeq seq);

[[nodiscard]] std::optional<Version> find_version(Snapshot& snapshot,
                                                  BucketId bucket,
                                                  std::string_view key,
                                                  VersionSeq seq);
[[nodiscard]] std::optional<Version> find_null_version(Snapshot& snapshot,
                                                       BucketId bucket,
                                                       std::string_view key);
[[nodiscard]] std::optional<Version> newest_version(Snapshot& snapshot,
                                                    BucketId bucket,
                                                    std::string_view key);

/// Where a scan begins: at `key`, below version `before_seq` of it (0: at its newest).
struct VersionPosition {
    std::string key;
    VersionSeq before_seq = 0;
};

/// By key in byte order, newest first within a key, keys before `until` (empty: to the end).
[[nodiscard]] std::vector<Version> scan_versions(Snapshot& snapshot,
                                                 BucketId bucket,
                                                 const VersionPosition& from,
                                                 std::string_view until,
                                                 std::size_t limit);

/// True if the current version of a key, shown by the inode, is locked at that moment.
[[nodiscard]] bool is_locked(Snapshot& snapshot, Ino ino, std::int64_t now_seconds);
[[nodiscard]] bool has_versions(Snapshot& snapshot, BucketId bucket);

}  // namespace alexander::catalog
