// What mount(8) remembers of a mount beside what the kernel knows.
#pragma once

#include <string>

namespace alexander::fuse {

/// Makes umount(8) call umount.fuse.alexander for this mount: without a record of its own it asks
/// the kernel, which says "fuse" only, and unmounts at once. Best effort: without util-linux there
/// is nothing to tell. Needs root.
void note_mount(const std::string& source, const std::string& mount_point) noexcept;

/// Takes one such record away, if there is one.
void forget_mount(const std::string& mount_point) noexcept;

}  // namespace alexander::fuse
