// The command line of alexander-fuse, also as mount(8) spells it.
#pragma once

#include "base/command_line.h"

#include <array>
#include <string>
#include <vector>

namespace alexander::fuse {

[[nodiscard]] std::vector<ProgramOption> program_options();

/// Turns `-o ro,bucket=b,server.port=1` into options of their own. What mount(8) adds for its own
/// use is dropped. Throws invalid_argument for an item that means nothing here.
[[nodiscard]] std::vector<std::string> expand_mount_options(
    const std::vector<std::string>& arguments);

struct Invocation {
    std::string mount_point;
    std::string bucket;  // empty: all
};

/// `MOUNTPOINT`, or `SOURCE MOUNTPOINT` as mount(8) calls it, where the source is a bucket's name,
/// or `alexander` or `none` for all. Throws invalid_argument.
[[nodiscard]] Invocation read_operands(const CommandLine& line);

}  // namespace alexander::fuse
