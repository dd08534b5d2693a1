// Removing versions by their ids, inside the commit.
#pragma once

#include "store/bucket_access.h"

#include <string_view>

namespace alexander {

/// Who removes, and where.
struct Removal {
    CommitScope& scope;
    const Keyring& keyring;
    RandomSource& random;
    catalog::BucketId bucket;
    catalog::UserId user;
    Governance governance = Governance::keep;
};

/// The inode row of a directory whose name is gone goes too.
void remove_directory_row(CommitScope& scope, const catalog::Slot& slot);

/// Removes one version, whatever it is; deleting the newest exposes the next, in a new inode.
/// Absence is success, of a version that has an id whatever the conditions are. Throws
/// access_denied for a locked one, and what If-Match asks for: it is about the version that is
/// named.
[[nodiscard]] DeleteResult remove_version(const Removal& removal,
                                          std::string_view key,
                                          const VersionId& id,
                                          const WriteConditions& conditions);

}  // namespace alexander
