// The one process that keeps the right to mount, while the daemon gives all rights up.
#pragma once

#include "base/guarded.h"
#include "base/secret_text.h"
#include "base/unique_fd.h"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace alexander::fuse {

/// What mount(2) is called with.
struct MountPlan {
    std::string mount_point;  // absolute
    std::string source;       // shown by findmnt(8), compared by `mount -a`
    bool read_only = false;
    bool no_exec = false;
    bool for_everybody = true;  // else for the user who mounts
    std::string key_file{};     // of the master key; empty: it is in no file
};

/// Owns a process of its own that mounts and unmounts one place and reads one key, known to it from
/// the start, and can be asked for nothing else. It ends with this object, or with this process.
///
/// A daemon that dies leaves its mount dead on purpose: programs get errors, where without a mount
/// they would write into the empty folder below it.
/// Any thread may call any method at any time.
class MountKeeper {
public:
    /// Forks. Call before anything starts a thread, and before privileges are given up.
    explicit MountKeeper(MountPlan plan);
    ~MountKeeper();
    MountKeeper(const MountKeeper&) = delete;
    MountKeeper& operator=(const MountKeeper&) = delete;

    [[nodiscard]] const MountPlan& plan() const { return plan_; }

    /// Mounts, and returns the kernel's end of it. The kernel is let to read ahead further as soon
    /// as the daemon answers. Throws not_permitted or device_error saying what
    /// is missing (/dev/fuse, root, the folder).
    [[nodiscard]] UniqueFd mount();

    /// The text of the key's file as it is now. Throws invalid_argument if there is no such file,
    /// or what is in it cannot be a key.
    [[nodiscard]] SecretText read_key();

    enum class How : std::uint8_t { if_unused, detached };

    /// Returns 0, or the errno of umount2(2).
    [[nodiscard]] int unmount(How how);

private:
    const MountPlan plan_;
    Guarded<UniqueFd> channel_;
    pid_t process_ = -1;
};

/// The flags and the text that mount(2) gets beside the descriptor.
[[nodiscard]] unsigned long mount_flags(const MountPlan& plan);
[[nodiscard]] std::string mount_data(const MountPlan& plan, int device, mode_t root_mode);

/// Takes away what a daemon that died has left at the mount point. True if there was something.
bool remove_dead_mount(const std::string& mount_point);

}  // namespace alexander::fuse
