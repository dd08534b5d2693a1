// Every family of commands. A new one is a file, a line here and a line in families.cc.
#pragma once

#include "admin/command.h"

#include <array>

namespace alexander::admin {

[[nodiscard]] CommandFamily bench_family();
[[nodiscard]] CommandFamily bucket_family();
[[nodiscard]] CommandFamily completion_family();
[[nodiscard]] CommandFamily doctor_family();
[[nodiscard]] CommandFamily export_family();
[[nodiscard]] CommandFamily gc_family();
[[nodiscard]] CommandFamily help_family();
[[nodiscard]] CommandFamily history_family();
[[nodiscard]] CommandFamily import_family();
[[nodiscard]] CommandFamily key_family();
[[nodiscard]] CommandFamily lifecycle_family();
[[nodiscard]] CommandFamily mount_family();
[[nodiscard]] CommandFamily presign_family();
[[nodiscard]] CommandFamily recovery_family();
[[nodiscard]] CommandFamily scrub_family();
[[nodiscard]] CommandFamily setup_family();
[[nodiscard]] CommandFamily store_family();
[[nodiscard]] CommandFamily top_family();
[[nodiscard]] CommandFamily usage_family();
[[nodiscard]] CommandFamily user_family();

}  // namespace alexander::admin
