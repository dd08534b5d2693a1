// The command line of alexander-fuse.
#pragma once

#include "base/command_line.h"
#include "fuse/mount_keeper.h"
#include "fuse/owner_view.h"

#include <string>
#include <vector>

namespace alexander::fuse {

[[nodiscard]] std::vector<ProgramOption> program_options();

/// Turns `-o ro,bucket=b,server.port=1` into options of their own. What mount(8) adds for its own
/// use is dropped. Throws invalid_argument for an item that means nothing here.
[[nodiscard]] std::vector<std::string> expand_mount_options(
    const std::vector<std::string>& arguments);

struct Invocation {
    std::string source;       // as it was named, otherwise the bucket's name or "alexander"
    std::string mount_point;  // as it was named
    std::string bucket;       // empty: all
    OwnerView view;
};

/// `MOUNTPOINT`, or `SOURCE MOUNTPOINT` as mount(8) calls it, where the source is a bucket's name,
/// or `alexander` or `none` for all. Throws invalid_argument.
[[nodiscard]] Invocation read_operands(const CommandLine& line);

/// How to mount at `mount_point`, which is absolute.
[[nodiscard]] MountPlan plan_mount(const CommandLine& line,
                                   const Invocation& invocation,
                                   const std::string& mount_point);

}  // namespace alexander::fuse
