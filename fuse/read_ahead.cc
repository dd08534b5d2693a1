#include "fuse/read_ahead.h"

#include <fstream>
#include <sstream>

namespace alexander::fuse {
namespace {

constexpr int read_ahead_kilobytes = 1024;

/// mountinfo writes blanks and backslashes as \ooo.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            int value = 0;
            for (std::size_t digit = i + 1; digit <= i + 3; ++digit)
                value = value * 8 + (text[digit] - '0');
            out.push_back(static_cast<char>(value));
            i += 3;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> device_of_mount(std::string_view mountinfo,
                                           std::string_view mount_point) {
    std::istringstream lines{std::string(mountinfo)};
    std::optional<std::string> device;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string id;
        std::string parent;
        std::string numbers;
        std::string root;
        std::string path;
        if (fields >> id >> parent >> numbers >> root >> path && unescape(path) == mount_point)
            device = numbers;
    }
    return device;
}

void widen_read_ahead(const std::string& mount_point) noexcept {
    try {
        std::ostringstream text;
        text << std::ifstream("/proc/self/mountinfo").rdbuf();
        if (const auto device = device_of_mount(text.str(), mount_point))
            std::ofstream("/sys/class/bdi/" + *device + "/read_ahead_kb") << read_ahead_kilobytes;
    } catch (const std::exception&) {
        return;  // best effort
    }
}

}  // namespace alexander::fuse
