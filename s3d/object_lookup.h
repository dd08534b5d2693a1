// The object that a request names by key and versionId.
#pragma once

#include "s3d/operation.h"

#include <cstdint>

namespace alexander::s3 {

/// What a delete marker answers: reads of a key answer 404, of a version 405; what concerns one
/// object's settings answers 405 always.
enum class Marker : std::uint8_t { as_read, refused_everywhere };

/// The current version or the one that `versionId` names. Throws no_such_key, no_such_version,
/// method_not_allowed.
[[nodiscard]] ObjectInfo find_object(Call& call, Marker marker = Marker::as_read);

/// x-amz-version-id of what was changed in place.
void add_changed_version(http::Response& response, const Objects::ChangeResult& result);

}  // namespace alexander::s3
