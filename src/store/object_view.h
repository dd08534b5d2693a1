// From rows to what clients are told of an object.
#pragma once

#include "store/bucket_access.h"

#include <string>

namespace alexander {

/// What a listing says: no attributes, no content to read.
[[nodiscard]] ObjectInfo view_of_slot(const Keyring& keyring,
                                      const catalog::Bucket& bucket,
                                      std::string key,
                                      const catalog::Slot& slot);
[[nodiscard]] ObjectInfo view_of_version(const Keyring& keyring, const catalog::Version& version);

/// The 0-byte `d/` that stands for an empty explicit directory.
[[nodiscard]] ObjectInfo view_of_directory(const catalog::Bucket& bucket,
                                           std::string key,
                                           const catalog::Slot& slot);

/// Adds what HEAD and GET say besides: attributes, content, POSIX columns.
void add_details(const Engine& engine,
                 const BucketView& view,
                 const catalog::ObjectState& state,
                 catalog::Ino ino,
                 ObjectInfo& info);

/// Likewise for a view_of_directory.
void add_directory_details(const BucketView& view, catalog::Ino ino, ObjectInfo& info);

/// True if S3 lists the directory as a `d/` of no bytes of its own accord.
[[nodiscard]] bool is_listed_directory(const catalog::Bucket& bucket,
                                       const catalog::Slot& slot,
                                       bool is_empty);

}  // namespace alexander
