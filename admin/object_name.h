// How commands name objects: s3://bucket/key, or a path in a mount.
#pragma once

#include "store/store.h"

#include <string>

namespace alexander::admin {

struct ObjectName {
    std::string bucket;
    std::string key;  // of a place: a prefix, empty for the whole bucket
};

/// "s3://bucket" or "s3://bucket/prefix". Throws invalid_argument.
[[nodiscard]] ObjectName parse_place(const std::string& text);

/// "s3://bucket/key", or the path of a file in a mount of this store. Throws invalid_argument, and
/// no_such_file for a path that is not there or not in a mount of this store.
[[nodiscard]] ObjectName find_object_name(Store& store, const std::string& text);

}  // namespace alexander::admin
