// What is printed and kept away from the machine: the master key and the keys that it opens.
#pragma once

#include "base/settings.h"
#include "store/store.h"

#include <string>

namespace alexander::admin {

[[nodiscard]] std::string recovery_sheet(const Settings& settings,
                                         const MasterKey& master,
                                         Store& store);

/// Four words that a typing mistake in the key changes: "lusab babad gutih tugad". They are made
/// from a digest of the key and tell nothing of it.
[[nodiscard]] std::string check_words(const MasterKey& master);

}  // namespace alexander::admin
