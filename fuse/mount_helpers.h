// What mount(8) and umount(8) call: the program under the names mount.alexander,
// mount.fuse.alexander and umount.fuse.alexander.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace alexander::fuse {

/// Exit statuses of mount(8).
inline constexpr int mount_usage_status = 1;
inline constexpr int mount_failure_status = 32;

/// Which of its names the program was called by.
enum class Role { daemon, mount, unmount };

[[nodiscard]] Role role_of(std::string_view program);

/// `SOURCE DIR [-sfnv] [-t TYPE] [-o OPTIONS]` in the order in which mount(8) likes it.
struct MountCall {
    bool is_fake = false;                // -f: do everything but mount
    bool is_verbose = false;             // -v
    bool is_remount = false;             // -o remount
    std::vector<std::string> arguments;  // what is left, as alexander-fuse itself takes it
};

/// Throws invalid_argument for what mount(8) does not say. With `-s`, mount options that mean
/// nothing here are passed over, as mount(8) promises.
[[nodiscard]] MountCall parse_mount_call(const std::vector<std::string>& arguments);

/// The arguments that a live mount cannot take differently: all options but `--read-only` and
/// `--no-exec`. One a line, sorted.
[[nodiscard]] std::string lasting_arguments(const std::vector<std::string>& arguments);

/// Changes ro, rw, exec and noexec of the live mount at `mount_point`, and refuses with
/// invalid_argument to change anything else. `arguments` are alexander-fuse's own.
void remount(const std::string& mount_point, const std::vector<std::string>& arguments);

/// umount(8)'s work: unmounts and returns when everything is durable and the daemon has ended.
/// Returns the exit status; says on stderr what is wrong.
[[nodiscard]] int unmount_main(const std::vector<std::string>& arguments);

/// The extended attribute of the mount's root by which helpers find the daemon; only root may read
/// it. Its value: the daemon's process id, a line break, and its lasting arguments.
inline constexpr const char* daemon_attribute = "trusted.alexander.daemon";

}  // namespace alexander::fuse
