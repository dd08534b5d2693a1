// What kind of program has the store open.
#pragma once

#include <cstdint>
#include <string_view>

namespace alexander {

/// Values are in run/shared.
enum class ProcessRole : std::uint8_t { s3d = 0, mount = 1, admin = 2 };

[[nodiscard]] constexpr std::string_view program_name(ProcessRole role) {
    switch (role) {
        case ProcessRole::s3d:
            return "alexander-s3d";
        case ProcessRole::mount:
            return "alexander-fuse";
        case ProcessRole::admin:
            return "alexander-admin";
    }
    return "another program";
}

}  // namespace alexander
