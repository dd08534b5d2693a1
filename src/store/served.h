// Versions that a mount made, and S3 has told somebody about.
#pragma once

#include "store/engine.h"

#include <vector>

namespace alexander {

/// True if the mount would still change the version in place.
[[nodiscard]] bool needs_serving(const catalog::Version& version);

/// Durable on return: the mount makes new versions from now on. Rows that are gone are passed over.
void mark_served(const Engine& engine, const std::vector<catalog::Version>& versions);

}  // namespace alexander
