#include "admin/doctor/mount_table.h"

#include "admin/new_file.h"

#include <filesystem>
#include <sstream>

namespace alexander::admin {

namespace {

// Blanks in names stand there as \040.
std::string unescaped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_octal =
            text[i] == '\\' && i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3';
        if (is_octal) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                     (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

bool is_above(const std::string& folder, const std::string& path) {
    return folder == "/" || path == folder || path.starts_with(folder + "/");
}

}  // namespace

std::vector<MountEntry> read_mount_table() {
    return parse_mount_table(read_small_file("/proc/self/mounts"));
}

std::vector<MountEntry> parse_mount_table(const std::string& text) {
    std::vector<MountEntry> table;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        MountEntry entry;
        if (fields >> entry.source >> entry.mount_point >> entry.type >> entry.options &&
            entry.source.front() != '#') {
            entry.source = unescaped(entry.source);
            entry.mount_point = unescaped(entry.mount_point);
            table.push_back(std::move(entry));
        }
    }
    return table;
}

MountEntry mount_of(const std::vector<MountEntry>& table, const std::string& path) {
    std::error_code fault;
    const std::string real = std::filesystem::weakly_canonical(path, fault).string();
    MountEntry best;
    for (const MountEntry& entry : table)
        if (is_above(entry.mount_point, real) &&
            entry.mount_point.size() >= best.mount_point.size())
            best = entry;
    return best;
}

bool has_option(const MountEntry& entry, std::string_view option) {
    std::istringstream options(entry.options);
    for (std::string each; std::getline(options, each, ',');)
        if (each == option)
            return true;
    return false;
}

bool is_own_mount(const MountEntry& entry) {
    return entry.type == "fuse.alexander" || entry.type == "fuse.alexander-fuse";
}

}  // namespace alexander::admin
