// Files and folders that commands make outside the store.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace alexander::admin {

/// Writes a file that must not be there yet, with exactly this mode; durable on return. A symbolic
/// link in its place is not followed. Throws already_exists, no_space, device_error; nothing
/// remains then.
void write_new_file(const std::string& path, std::string_view text, mode_t mode);

/// Makes the name of a file durable. Throws device_error.
void sync_folder_of_file(const std::string& path);

/// Makes a folder and those above it that are missing, all with this mode whatever the umask.
/// Throws device_error.
void make_folders(const std::string& path, mode_t mode);

/// The whole of a file of at most 1 MiB; empty if it does not exist. Throws device_error.
[[nodiscard]] std::string read_small_file(const std::string& path);

}  // namespace alexander::admin
