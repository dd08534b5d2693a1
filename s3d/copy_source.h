// x-amz-copy-source and its conditions.
#pragma once

#include "s3d/operation.h"

#include <string>

namespace alexander::s3 {

struct CopySource {
    std::string bucket;
    ObjectInfo object;
};

/// The object that the header names, which the caller may read and whose conditions hold.
/// Throws invalid_argument for a malformed header, no_such_bucket, no_such_key, no_such_version,
/// access_denied, precondition_failed, invalid_request for a delete marker named by version.
[[nodiscard]] CopySource read_copy_source(Call& call);

}  // namespace alexander::s3
