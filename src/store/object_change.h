// Changes of a version where it is: its tags and its lock. No new version, no new ETag or time.
#pragma once

#include "store/object_write.h"

#include <functional>

namespace alexander {

/// A version as it was found in the commit that changes it.
struct VersionInPlace {
    WriteTarget target;
    bool is_current = false;              // target.resolved.slot shows it
    std::optional<catalog::Version> row;  // nothing for a current version older than versioning

    [[nodiscard]] const catalog::ObjectState& object() const {
        return is_current ? target.resolved.slot->object : row->object;
    }

    [[nodiscard]] VersionId id() const;
};

/// The current version or the given one. Throws no_such_key, no_such_version, method_not_allowed
/// for a delete marker.
[[nodiscard]] VersionInPlace find_in_place(CommitScope& scope,
                                           catalog::BucketId bucket,
                                           std::string_view key,
                                           const std::optional<VersionId>& id);

/// Writes the attributes wherever the version is shown: its row, its name, its inode.
void put_attributes(CommitScope& scope,
                    const VersionInPlace& version,
                    const std::optional<Bytes>& sealed);

/// Writes the lock to the version's row, which it gets if it has none. It is never again one that
/// the mount may take for its own draft.
void put_lock(CommitScope& scope, VersionInPlace& version, const ObjectLock& lock);

}  // namespace alexander
