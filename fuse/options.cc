#include "fuse/options.h"

#include "base/error.h"

#include <algorithm>

namespace alexander::fuse {
namespace {

constexpr std::array<std::string_view, 14> words_of_mount{"rw",
                                                          "defaults",
                                                          "auto",
                                                          "noauto",
                                                          "user",
                                                          "nouser",
                                                          "users",
                                                          "nosuid",
                                                          "nodev",
                                                          "_netdev",
                                                          "nofail",
                                                          "allow_other",
                                                          "noatime",
                                                          "dev"};

/// The option's own argument; empty if mount(8) alone has use for the item.
std::string expand(const std::string& item) {
    const std::string name = item.substr(0, item.find('='));
    const bool has_value = name.size() < item.size();
    if (name == "ro" && !has_value)
        return "--read-only";
    const bool is_own = name == "bucket" || name == "user" || name == "config";
    if (has_value && (is_own || name.find('.') != std::string::npos))
        return "--" + item;
    if (name.starts_with("x-") || name.starts_with("comment") ||
        std::find(words_of_mount.begin(), words_of_mount.end(), item) != words_of_mount.end())
        return {};
    throw Error(ErrorCode::invalid_argument, "unknown mount option " + item);
}

void expand_list(const std::string& list, std::vector<std::string>& out) {
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t comma = std::min(list.find(',', at), list.size());
        if (comma > at)
            if (std::string argument = expand(list.substr(at, comma - at)); !argument.empty())
                out.push_back(std::move(argument));
        at = comma + 1;
    }
}

}  // namespace

std::vector<ProgramOption> program_options() {
    return {
        {"bucket", 'b', "NAME", "Mount this bucket only; otherwise all, a directory each."},
        {"user", 'u', "NAME", "Whose new buckets and objects are; otherwise the first admin's."},
        {"read-only", 'r', "", "Change nothing."},
        {"foreground", 'f', "", "Stay in the terminal and log there."},
        {"completion",
         '\0',
         "bash|zsh|fish",
         "Print what completes this program's command line in a shell."},
        {"help", 'h', "", "Show this text."},
        {"version", '\0', "", "Show the version."},
    };
}

std::vector<std::string> expand_mount_options(const std::vector<std::string>& arguments) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "-o" && i + 1 < arguments.size())
            expand_list(arguments[++i], out);
        else if (argument.starts_with("-o") && argument.size() > 2)
            expand_list(argument.substr(2), out);
        else
            out.push_back(argument);
    }
    return out;
}

Invocation read_operands(const CommandLine& line) {
    const std::vector<std::string>& operands = line.positional();
    if (operands.empty() || operands.size() > 2)
        throw Error(ErrorCode::invalid_argument,
                    "usage: alexander-fuse [options] [SOURCE] MOUNTPOINT");
    Invocation invocation;
    invocation.mount_point = operands.back();
    if (operands.size() == 2 && operands[0] != "alexander" && operands[0] != "none")
        invocation.bucket = operands[0];
    invocation.bucket = line.find("bucket").value_or(invocation.bucket);
    return invocation;
}

}  // namespace alexander::fuse
