#include "fuse/options.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace alexander::fuse {
namespace {

/// Of use to mount(8) and systemd alone, or what is the case anyhow: all users may enter, access
/// times are kept by the mount, setuid bits and device files are never trusted.
constexpr std::array<std::string_view, 24> words_of_mount{
    "rw",      "defaults", "auto",       "noauto",   "user",          "nouser",
    "users",   "group",    "owner",      "suid",     "nosuid",        "dev",
    "nodev",   "exec",     "async",      "_netdev",  "nofail",        "allow_other",
    "noatime", "diratime", "nodiratime", "relatime", "nostrictatime", "nolazytime"};

/// Those that are options of the program, without a value.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> own_words{{
    {"ro", "--read-only"},
    {"versions", "--fuse.versions=true"},
    {"noversions", "--fuse.versions=false"},
    {"noexec", "--no-exec"},
    {"noallow_other", "--no-allow-other"},
}};

constexpr std::array<std::string_view, 6> own_names{
    "bucket", "user", "config", "uid", "gid", "umask"};

template <typename Range, typename Item>
bool contains(const Range& range, const Item& item) {
    return std::find(range.begin(), range.end(), item) != range.end();
}

/// The option's own argument; empty if mount(8) alone has use for the item.
std::string expand(const std::string& item) {
    const std::string name = item.substr(0, item.find('='));
    const bool has_value = name.size() < item.size();
    for (const auto& [word, argument] : own_words)
        if (item == word)
            return std::string(argument);
    if (has_value && (contains(own_names, name) || name.find('.') != std::string::npos))
        return "--" + item;
    if (name.starts_with("x-") || name.starts_with("X-") || name == "comment" ||
        contains(words_of_mount, item))
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

std::uint32_t parse_number(const CommandLine& line, const std::string& name, int base) {
    const std::string text = line.find(name).value_or("");
    const std::uint32_t most = base == 8 ? 0777 : UINT32_MAX - 1;
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (fault != std::errc() || end != text.data() + text.size() || number > most)
        throw Error(ErrorCode::invalid_argument,
                    name + "=" + text + " is not " +
                        (base == 8 ? "an octal number up to 777"
                                   : "a number; mount(8) takes a "
                                     "name too"));
    return number;
}

OwnerView read_view(const CommandLine& line) {
    OwnerView view;
    if (line.has("uid"))
        view.uid = parse_number(line, "uid", 10);
    if (line.has("gid"))
        view.gid = parse_number(line, "gid", 10);
    if (line.has("umask"))
        view.umask = parse_number(line, "umask", 8);
    return view;
}

}  // namespace

std::vector<ProgramOption> program_options() {
    return {
        {"bucket", 'b', "NAME", "Mount this bucket only; otherwise all, a directory each."},
        {"user", 'u', "NAME", "Whose new buckets and objects are, instead of fuse.user."},
        {"read-only", 'r', "", "Change nothing."},
        {"uid", '\0', "NUMBER", "Show this user as the owner of everything."},
        {"gid", '\0', "NUMBER", "Show this group as the group of everything."},
        {"umask",
         '\0',
         "OCTAL",
         "Show all permissions but these, instead of those that are stored."},
        {"no-exec", '\0', "", "Start no programs from the mount."},
        {"no-allow-other", '\0', "", "Let nobody in but the user who mounts."},
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
                    "a mount point is needed: [options] [SOURCE] MOUNTPOINT");
    Invocation invocation;
    invocation.mount_point = operands.back();
    if (operands.size() == 2 && operands[0] != "alexander" && operands[0] != "none")
        invocation.bucket = operands[0];
    invocation.bucket = line.find("bucket").value_or(invocation.bucket);
    invocation.source = operands.size() == 2        ? operands[0]
                        : invocation.bucket.empty() ? "alexander"
                                                    : invocation.bucket;
    invocation.view = read_view(line);
    return invocation;
}

MountPlan plan_mount(const CommandLine& line,
                     const Invocation& invocation,
                     const std::string& mount_point) {
    MountPlan plan;
    plan.mount_point = mount_point;
    plan.source = invocation.source;
    plan.read_only = line.has("read-only");
    plan.no_exec = line.has("no-exec");
    plan.for_everybody = !line.has("no-allow-other");
    return plan;
}

}  // namespace alexander::fuse
