// Lines of /etc/fstab, fstab(5).
#pragma once

#include <string>
#include <string_view>

namespace alexander::admin {

struct FstabEntry {
    std::string source;
    std::string directory;  // absolute
    std::string options;
};

/// The line of the entry, with a line break. Blanks in its fields are escaped.
[[nodiscard]] std::string to_line(const FstabEntry& entry);

/// The text with the entry: in place of the line that mounts a store on the same directory, or at
/// the end. Every other byte stays as it is. Throws invalid_argument if something else is mounted
/// on the directory.
[[nodiscard]] std::string with_entry(std::string_view text, const FstabEntry& entry);

/// Writes the file with the entry, all of it or nothing; durable on return, with the former file's
/// mode and owner. Throws device_error, and what with_entry throws.
void update_fstab(const std::string& path, const FstabEntry& entry);

}  // namespace alexander::admin
