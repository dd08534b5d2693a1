// What a bucket's stored documents say about access, read by every face in one way.
#pragma once

#include "access/decision.h"
#include "store/buckets.h"

namespace alexander {

/// From policy, list, ownership and public access block; the other kinds do not count. Throws
/// corrupt if one cannot be read: it is never taken for absent.
[[nodiscard]] BucketAccess read_bucket_access(const Buckets::Documents& documents);

}  // namespace alexander
