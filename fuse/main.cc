// alexander-fuse: the buckets of a store as directories.
#include "base/completion.h"
#include "base/error.h"
#include "base/settings.h"
#include "fuse/daemon.h"
#include "fuse/mount_helpers.h"
#include "fuse/options.h"

#include <sys/prctl.h>

#include <array>
#include <cstdio>
#include <exception>
#include <tuple>

namespace alexander::fuse {
namespace {

constexpr int failure_status = 1;
constexpr int usage_status = 2;

constexpr std::array<std::string_view, 9> sections{
    "storage", "database", "auth", "logging", "metrics", "fuse", "gc", "scrub", "snapshot"};

/// What stands before the name of an error.
const char* program_name(Role role) {
    return role == Role::mount ? "mount.alexander" : "alexander-fuse";
}

int run_daemon(const std::vector<std::string>& given) {
    const std::vector<ProgramOption> known = program_options();
    const std::vector<std::string> arguments = expand_mount_options(given);
    const CommandLine line = CommandLine::parse(known, arguments);
    if (line.has("help"))
        std::ignore = std::printf(
            "Usage: alexander-fuse [options] [SOURCE] MOUNTPOINT\n\nMounts the buckets of a "
            "store.\n\n%s",
            option_help(known, sections).c_str());
    else if (line.has("version"))
        std::ignore = std::puts("alexander-fuse " ALEXANDER_VERSION);
    else if (const auto shell = line.find("completion"))
        std::ignore = std::fputs(
            completion_script(parse_shell(*shell), "alexander-fuse", known).c_str(), stdout);
    else
        return run(line, {failure_status, lasting_arguments(arguments)});
    return 0;
}

int run_mount(const std::vector<std::string>& given) {
    const MountCall call = parse_mount_call(given);
    const CommandLine line = CommandLine::parse(program_options(), call.arguments);
    if (line.has("help") || line.has("version") || line.has("completion"))
        return run_daemon(call.arguments);
    const Invocation invocation = read_operands(line);
    std::ignore = load_settings(line, current_environment());
    if (call.is_verbose)
        std::ignore = std::fprintf(stderr,
                                   "mount.alexander: %s on %s\n",
                                   invocation.source.c_str(),
                                   invocation.mount_point.c_str());
    if (call.is_fake)
        return 0;
    if (call.is_remount) {
        remount(invocation.mount_point, call.arguments);
        return 0;
    }
    // What ps(1) and the helper that unmounts know it by.
    std::ignore = ::prctl(PR_SET_NAME, "alexander-fuse", 0, 0, 0);
    return run(line, {mount_failure_status, lasting_arguments(call.arguments)});
}

int guarded_main(int count, const char* const* values) {
    const Role role = role_of(count > 0 ? values[0] : "");
    int failure = role == Role::daemon ? failure_status : mount_failure_status;
    std::string text;
    try {
        switch (role) {
            case Role::daemon:
                return run_daemon(arguments_of(count, values));
            case Role::mount:
                return run_mount(arguments_of(count, values));
            case Role::unmount:
                return unmount_main(arguments_of(count, values));
        }
    } catch (const Error& error) {
        if (error.code() == ErrorCode::invalid_argument)
            failure = role == Role::daemon ? usage_status : mount_usage_status;
        text = error.what();
    } catch (const std::exception& error) {
        text = error.what();
    }
    // Who cannot be told on stderr learns it from the exit status.
    std::ignore = std::fprintf(stderr, "%s: %s\n", program_name(role), text.c_str());
    return failure;
}

}  // namespace
}  // namespace alexander::fuse

int main(int argc, char** argv) {
    return alexander::fuse::guarded_main(argc, argv);
}
