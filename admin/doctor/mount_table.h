// The kernel's list of mounts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace alexander::admin {

struct MountEntry {
    std::string source;
    std::string mount_point;
    std::string type;
    std::string options;  // separated by commas
};

/// /proc/self/mounts; empty if it cannot be read.
[[nodiscard]] std::vector<MountEntry> read_mount_table();

/// Lines as in /proc/self/mounts and /etc/fstab; comments are left out.
[[nodiscard]] std::vector<MountEntry> parse_mount_table(const std::string& text);

/// The mount that a path lies on: the last one of the longest mount point above it. The path's
/// symbolic links are followed as far as it exists. Empty if there is none.
[[nodiscard]] MountEntry mount_of(const std::vector<MountEntry>& table, const std::string& path);

[[nodiscard]] bool has_option(const MountEntry& entry, std::string_view option);

/// True for mounts of alexander-fuse.
[[nodiscard]] bool is_own_mount(const MountEntry& entry);

}  // namespace alexander::admin
