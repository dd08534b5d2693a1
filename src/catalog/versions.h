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

/// Which versions count when the past is looked at: those made at or before a moment.
struct PastFilter {
    Timestamp moment;
    bool with_markers = true;  // false: as if no delete marker had ever been made
};

/// A stretch of keys: at or after `from` and before `until` (empty: to the end).
struct KeyRange {
    std::string from;
    std::string until;
};

/// Of each key the newest version that counts, by key in byte order, without attributes.
struct PastKeys {
    std::vector<Version> versions;
    bool is_last = false;  // false: there may be more after the last key
};

/// Reads at most `limit` rows that count (at least one key, if there is one).
[[nodiscard]] PastKeys scan_past(Snapshot& snapshot,
                                 BucketId bucket,
                                 const KeyRange& range,
                                 const PastFilter& filter,
                                 std::size_t limit);
[[nodiscard]] std::optional<Version> find_past(Snapshot& snapshot,
                                               BucketId bucket,
                                               std::string_view key,
                                               const PastFilter& filter);

/// When versions and markers of the keys were made, in whole seconds, in no order; at most `limit`.
[[nodiscard]] std::vector<std::int64_t> version_times(Snapshot& snapshot,
                                                      BucketId bucket,
                                                      const KeyRange& range,
                                                      std::size_t limit);

/// True if a version shows the inode.
[[nodiscard]] bool has_versions_of(Snapshot& snapshot, Ino ino);

/// True if the current version of a key, shown by the inode, is locked at that moment.
[[nodiscard]] bool is_locked(Snapshot& snapshot, Ino ino, std::int64_t now_seconds);
[[nodiscard]] bool has_versions(Snapshot& snapshot, BucketId bucket);

}  // namespace alexander::catalog
