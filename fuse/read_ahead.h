// How far the kernel reads ahead on the mount.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace alexander::fuse {

/// Raises read-ahead from the kernel's 128 KiB to 1 MiB. Best effort: without it reading is slower.
void widen_read_ahead(const std::string& mount_point) noexcept;

/// "major:minor" of the last mount at `mount_point` in the text of /proc/self/mountinfo.
/// stat(2) would ask the daemon itself.
[[nodiscard]] std::optional<std::string> device_of_mount(std::string_view mountinfo,
                                                         std::string_view mount_point);

}  // namespace alexander::fuse
