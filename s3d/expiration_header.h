// x-amz-expiration: when and by which lifecycle rule an object will go.
#pragma once

#include "s3d/operation.h"

namespace alexander::s3 {

/// Adds the header for a current version, if an enabled rule of the bucket will expire it; of
/// several the earliest. Dates are those of full days, whatever lifecycle.day_seconds says.
void add_expiration_header(http::Response& response,
                           const Call& call,
                           std::uint64_t size_bytes,
                           Timestamp modified,
                           const Tags& tags);

/// The same for what was just written at the request's key, looked up only if the bucket has rules.
void add_expiration_header(http::Response& response, const Call& call);

}  // namespace alexander::s3
