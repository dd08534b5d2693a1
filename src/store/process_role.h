// What kind of program has the store open.
#pragma once

#include <cstdint>

namespace alexander {

/// Values are in run/shared.
enum class ProcessRole : std::uint8_t { s3d = 0, mount = 1, admin = 2 };

}  // namespace alexander
