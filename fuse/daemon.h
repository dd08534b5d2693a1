// The mount's life between start and end.
#pragma once

#include "base/command_line.h"

#include <string>

namespace alexander::fuse {

struct Start {
    int failure_status;             // of the process that was started, if it leaves the terminal
    std::string lasting_arguments;  // see mount_helpers.h
};

/// Mounts, serves until the mount is taken away or a signal asks for the end, makes everything
/// durable. In the background, unless --foreground was given. Returns the exit status.
/// Throws what opening the store throws, no_such_user, no_such_bucket and what mounting throws.
[[nodiscard]] int run(const CommandLine& line, const Start& start);

}  // namespace alexander::fuse
