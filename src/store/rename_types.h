// What programs exchange with the store about renaming an object.
#pragma once

#include "store/object_types.h"

#include <cstdint>
#include <optional>
#include <string>

namespace alexander {

/// Of a rename, evaluated inside the commit. ETags are text without quotes, or "*" for any; times
/// are compared at whole seconds.
struct ObjectConditions {
    std::optional<std::string> if_match;
    std::optional<std::string> if_none_match;
    std::optional<std::int64_t> modified_since_s;
    std::optional<std::int64_t> unmodified_since_s;
};

enum class RenameOutcome : std::uint8_t {
    renamed,
    repeated,      // the token says that this was done before
    token_reused,  // the token was another request's
    source_differs,
    destination_exists,
    destination_differs,
};

struct RenameResult {
    RenameOutcome outcome = RenameOutcome::renamed;
    PutResult put;  // of the destination, if renamed
};

}  // namespace alexander
