// What goes with an object's bytes: attributes as S3 shows them, and the look of files that S3
// made.
#pragma once

#include "catalog/types.h"
#include "store/engine.h"

#include <optional>
#include <string_view>

namespace alexander::files {

/// The inode of a name that has no inode row: everything follows from bucket and slot.
[[nodiscard]] catalog::Inode default_inode(const catalog::Bucket& bucket,
                                           const catalog::Slot& slot);

/// Sealed attributes of a new object; nothing if there are none.
[[nodiscard]] std::optional<Bytes> new_attributes(const Engine& engine,
                                                  std::string_view content_type);

/// Those of `before` without what described the former bytes: checksum and parts.
[[nodiscard]] std::optional<Bytes> published_attributes(const Engine& engine,
                                                        const catalog::ObjectState& before);

}  // namespace alexander::files
