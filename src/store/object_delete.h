// Removing the current version of a key, inside the commit.
#pragma once

#include "store/object_write.h"
#include "store/version_delete.h"

#include <optional>

namespace alexander {

/// Takes the object's name away, by the rules of history, and what is empty without it. Returns the
/// delete marker where versions are kept. The target has an object.
std::optional<catalog::Version> bury_current(const Removal& removal, const WriteTarget& target);

/// Removes the key, or adds a delete marker where versions are kept. Absence is success. Throws as
/// WriteConditions says.
[[nodiscard]] DeleteResult remove_current(const Removal& removal,
                                          std::string_view key,
                                          const WriteConditions& conditions);

}  // namespace alexander
