// What put, copy and complete do inside the commit.
#pragma once

#include "store/bucket_access.h"
#include "store/keys.h"

#include <string_view>

namespace alexander {

/// Where an object is about to go: read in the commit, before anything is written.
struct WriteTarget {
    catalog::Bucket bucket;
    std::string key;
    ResolvedKey resolved;                    // its slot with the object columns filled
    std::optional<catalog::Inode> replaced;  // the POSIX identity of what is there

    /// True if an object, not merely a directory, has the key.
    [[nodiscard]] bool has_object() const { return resolved.slot && is_object(*resolved.slot); }
};

[[nodiscard]] WriteTarget find_target(CommitScope& scope,
                                      catalog::BucketId bucket,
                                      std::string_view key);

/// A slot for a key that has none, with the directories above it; without kind, ino and object.
[[nodiscard]] catalog::Slot make_slot(CommitScope& scope, const WriteTarget& target);

/// Throws precondition_failed, and no_such_key for an If-Match of what does not exist.
void check_conditions(const Keyring& keyring,
                      const WriteTarget& target,
                      const WriteConditions& conditions);

/// The size and time that a delete names. Throws precondition_failed.
void check_size_and_time(const catalog::ObjectState& state, const WriteConditions& conditions);

struct NewVersion {
    std::uint64_t size_bytes = 0;
    Etag etag;
    catalog::ContentId content = 0;
    catalog::UserId owner = 0;
    const ObjectAttributes& attributes;
    const std::optional<Bytes>& sealed_attributes;  // the same, sealed
    LockRequest lock = {};
    std::optional<catalog::FileKind> kind = {};  // otherwise what the attributes say
};

struct WrittenVersion {
    PutResult result;
    catalog::VersionSeq seq = 0;
};

/// Puts a lock on the row of a version that was just written; none changes nothing.
void lock_current(const HistoryContext& context,
                  std::string_view key,
                  const catalog::Slot& slot,
                  const ObjectLock& lock);

/// Makes it the key's current version, in a new inode that keeps owner and mode of what it
/// replaces.
WrittenVersion write_version(CommitScope& scope,
                             const Keyring& keyring,
                             const WriteTarget& target,
                             const NewVersion& version);

/// One name less for an inode. Its row goes with the last one, unless versions still show it.
void release_inode(CommitScope& scope, const catalog::Bucket& bucket, const catalog::Slot& former);

}  // namespace alexander
