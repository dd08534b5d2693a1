// From a file of the mount back to its keys.
#pragma once

#include "store/engine.h"

#include <string>
#include <vector>

namespace alexander {

struct InodeName {
    std::string bucket;
    std::string key;
};

/// Every live name of an inode, at most 100: one, unless there are hard links. None if the number
/// is no inode's.
[[nodiscard]] std::vector<InodeName> names_of_inode(const Engine& engine, catalog::Ino ino);

}  // namespace alexander
