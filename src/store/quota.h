// Limits of what a bucket may hold, asked in the commit that would exceed them.
#pragma once

#include "store/object_write.h"

#include <cstdint>

namespace alexander {

/// Throws quota_exceeded if the bucket would hold more than its quota after growing by that much.
/// What shrinks is never refused.
void check_quota(catalog::Snapshot& rows,
                 const catalog::Bucket& bucket,
                 const catalog::Usage& growth);

/// The same for an object of that size about to be written to `target`.
void check_quota(CommitScope& scope, const WriteTarget& target, std::uint64_t size_bytes);

/// The same for an object about to be moved from one key to another.
void check_quota_of_rename(CommitScope& scope,
                           const WriteTarget& source,
                           const WriteTarget& target);

}  // namespace alexander
