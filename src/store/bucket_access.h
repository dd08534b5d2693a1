// How requests of S3 read a bucket and change one, in step with its mount.
#pragma once

#include "store/engine.h"
#include "store/history.h"

#include <memory>
#include <string_view>

namespace alexander {

/// A bucket and a moment of the catalog that may be answered from: what it shows is durable.
struct BucketView {
    std::unique_ptr<catalog::Snapshot> snapshot;
    catalog::Bucket bucket;

    [[nodiscard]] catalog::Snapshot& rows() const { return *snapshot; }
};

/// Waits for the bucket's mount as Coherence says. Throws no_such_bucket, busy.
[[nodiscard]] BucketView read_bucket(const Engine& engine, std::string_view name);

/// The bucket as it is without waiting for a mount: its settings, not what it holds.
[[nodiscard]] catalog::Bucket bucket_settings(const Engine& engine, std::string_view name);

/// The bucket's row inside a commit. Throws no_such_bucket if it was deleted meanwhile.
[[nodiscard]] catalog::Bucket bucket_row(CommitScope& scope, catalog::BucketId id);

/// Commits what changes names or settings of a bucket: durable and known to every mount on return.
catalog::CommitSeq commit_to_bucket(const Engine& engine, catalog::BucketId id, Work work);

/// Throws key_too_long over 1,024 bytes, invalid_argument for an empty key or one with a NUL.
void check_key(std::string_view key);

/// Attributes as the catalog keeps them; nothing if there are none.
[[nodiscard]] std::optional<Bytes> seal_attributes(const Engine& engine,
                                                   const ObjectAttributes& attributes);
[[nodiscard]] ObjectAttributes open_attributes(const Keyring& keyring,
                                               const std::optional<Bytes>& sealed);

}  // namespace alexander
