#include "admin/fstab.h"

#include "admin/new_file.h"
#include "base/error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

namespace alexander::admin {
namespace {

constexpr std::string_view file_system_type = "alexander";
constexpr std::string_view blanks = " \t";
constexpr mode_t usual_mode = 0644;

std::string escape(std::string_view field) {
    std::string out;
    for (const char c : field) {
        if (c == ' ')
            out += "\\040";
        else if (c == '\t')
            out += "\\011";
        else if (c == '\n')
            out += "\\012";
        else if (c == '\\')
            out += "\\134";
        else
            out += c;
    }
    return out;
}

/// As they stand in the line; none for a comment.
std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        if (line.empty() || (fields.empty() && line.front() == '#'))
            return fields;
        fields.push_back(line.substr(0, line.find_first_of(blanks)));
        line.remove_prefix(fields.back().size());
    }
}

std::string without_last_slash(std::string_view directory) {
    while (directory.size() > 1 && directory.ends_with('/'))
        directory.remove_suffix(1);
    return std::string(directory);
}

}  // namespace

std::string to_line(const FstabEntry& entry) {
    return escape(entry.source) + " " + escape(entry.directory) + " " +
           std::string(file_system_type) + " " + escape(entry.options) + " 0 0\n";
}

std::string with_entry(std::string_view text, const FstabEntry& entry) {
    const std::string directory = escape(without_last_slash(entry.directory));
    std::string out;
    bool is_placed = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end);
        const auto fields = fields_of(line.substr(0, line.find('\n')));
        if (fields.size() < 3 || without_last_slash(fields[1]) != directory) {
            out += line;
            continue;
        }
        if (fields[2] != file_system_type && fields[2] != "fuse.alexander")
            throw Error(ErrorCode::invalid_argument,
                        "/etc/fstab mounts " + std::string(fields[0]) + " on " + entry.directory +
                            " already");
        if (!is_placed)
            out += to_line(entry);
        is_placed = true;
    }
    if (is_placed)
        return out;
    if (!out.empty() && !out.ends_with('\n'))
        out += '\n';
    return out + to_line(entry);
}

void update_fstab(const std::string& named, const FstabEntry& entry) {
    // A link stays one.
    const std::string path = std::filesystem::weakly_canonical(named).string();
    const std::string former = read_small_file(path);
    const std::string text = with_entry(former, entry);
    if (text == former)
        return;

    struct stat facts {};

    const bool is_there = ::stat(path.c_str(), &facts) == 0;
    const std::string beside = path + ".alexander-new";
    ::unlink(beside.c_str());  // of a run that was cut short
    write_new_file(beside, text, is_there ? facts.st_mode & 07777U : usual_mode);
    const bool is_given = !is_there || ::chown(beside.c_str(), facts.st_uid, facts.st_gid) == 0;
    if (!is_given || ::rename(beside.c_str(), path.c_str()) != 0) {
        const int fault = errno;
        ::unlink(beside.c_str());
        throw_os_error("cannot replace " + path, fault);
    }
    sync_folder_of_file(path);
}

}  // namespace alexander::admin
