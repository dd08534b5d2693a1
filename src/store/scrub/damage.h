// Which objects the damage that scrubs have found is in.
#pragma once

#include "store/engine.h"

#include <string>
#include <vector>

namespace alexander {

struct DamagedObject {
    std::string bucket;
    std::string key;
    std::string version;  // its id for S3; empty: the current object, where no versions are kept
};

/// Objects and versions of which some bytes cannot be read, by bucket and key.
[[nodiscard]] std::vector<DamagedObject> list_damaged_objects(const Engine& engine);

}  // namespace alexander
