#include "fuse/mount_helpers.h"

#include "base/error.h"
#include "base/unique_fd.h"
#include "fuse/mount_record.h"
#include "fuse/options.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <tuple>

namespace alexander::fuse {
namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::invalid_argument, what);
}

const std::string& value_after(const std::vector<std::string>& arguments, std::size_t& at) {
    if (at + 1 >= arguments.size())
        refuse(arguments[at] + " needs a value");
    return arguments[++at];
}

void check_type(const std::string& type) {
    if (type != "alexander" && type != "fuse.alexander")
        refuse("the type " + type + " is not alexander");
}

/// The parts that are not empty.
std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(separator));
        if (!part.empty())
            parts.emplace_back(part);
        text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
    return parts;
}

/// What the kernel shows of a live mount, or mount(8) has a record of, and hands back with a
/// remount.
bool is_handed_back(const std::string& item) {
    return item == "default_permissions" || item.starts_with("user_id=") ||
           item.starts_with("group_id=") || item.starts_with("uhelper=");
}

/// One list of `-o`, item by item, into what it means.
void take_options(const std::string& list, bool is_sloppy, MountCall& call) {
    const std::vector<std::string> items = split(list, ',');
    call.is_remount |= std::find(items.begin(), items.end(), "remount") != items.end();
    for (const std::string& item : items) {
        if (item == "remount" || (call.is_remount && is_handed_back(item)))
            continue;
        try {
            for (std::string& argument : expand_mount_options({"-o", item}))
                call.arguments.push_back(std::move(argument));
        } catch (const Error&) {
            if (!is_sloppy)
                throw;
        }
    }
}

struct Daemon {
    pid_t process = 0;  // 0: there is none that answers
    std::string arguments;
};

Daemon find_daemon(const std::string& mount_point) {
    constexpr std::size_t most = 65536;
    std::string text(most, '\0');
    const ssize_t size =
        ::getxattr(mount_point.c_str(), daemon_attribute, text.data(), text.size());
    Daemon daemon;
    if (size <= 0)
        return daemon;
    text.resize(static_cast<std::size_t>(size));
    std::from_chars(text.data(), text.data() + text.size(), daemon.process);
    daemon.arguments = text.substr(std::min(text.find('\n'), text.size() - 1) + 1);
    return daemon;
}

struct UnmountCall {
    int flags = UMOUNT_NOFOLLOW;
    bool waits = true;
    std::string mount_point;
};

UnmountCall parse_unmount_call(const std::vector<std::string>& arguments) {
    UnmountCall call;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "-t") {
            check_type(value_after(arguments, i));
        } else if (argument.starts_with("-") && argument.size() > 1) {
            for (const char letter : argument.substr(1)) {
                if (letter == 'f')
                    call.flags |= MNT_FORCE;
                else if (letter == 'l')
                    call.flags |= MNT_DETACH;
                else if (letter != 'n' && letter != 'v')
                    refuse("unknown option " + argument);
                call.waits = call.waits && letter != 'f' && letter != 'l';
            }
        } else if (call.mount_point.empty()) {
            call.mount_point = argument;
        } else {
            refuse("more than one mount point");
        }
    }
    if (call.mount_point.empty())
        refuse("a mount point is needed");
    return call;
}

/// While it is mounted still, so that a failure can be told to somebody who can act on it.
void make_durable(const std::string& mount_point) {
    const UniqueFd root = UniqueFd::adopt(
        ::open(mount_point.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    if (!root || ::fsync(root.get()) == 0)
        return;  // there is nothing to write, or umount(2) says what is wrong
    const int error = errno;
    if (error != ENOTCONN && error != EINVAL)
        throw_os_error(mount_point +
                           " stays mounted: what was written last cannot be stored (see the "
                           "daemon's log; `umount -f` gives it up)",
                       error);
}

void unmount(const UnmountCall& call) {
    if (::umount2(call.mount_point.c_str(), call.flags) == 0)
        return;
    const int error = errno;
    if (error == EBUSY)
        throw Error(
            ErrorCode::busy,
            call.mount_point + " is in use; `fuser -vm " + call.mount_point + "` shows by whom",
            error);
    throw_os_error("cannot unmount " + call.mount_point, error);
}

void wait_for_end(const UniqueFd& process) {
    pollfd ended{process.get(), POLLIN, 0};
    while (process && ::poll(&ended, 1, -1) < 0 && errno == EINTR) {
    }
}

/// Empty if the process is not the daemon of this program, such as in another pid namespace.
UniqueFd open_daemon(pid_t process) {
    if (process <= 0)
        return {};
    UniqueFd opened = UniqueFd::adopt(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    std::array<char, 16> name{};
    const std::string path = "/proc/" + std::to_string(process) + "/comm";
    const UniqueFd file = UniqueFd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t size = file ? ::read(file.get(), name.data(), name.size()) : -1;
    const std::string_view comm(name.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (!comm.starts_with("alexander-fuse") && !comm.starts_with("mount."))
        opened.reset();
    return opened;
}

}  // namespace

Role role_of(std::string_view program) {
    const std::string_view name = program.substr(program.rfind('/') + 1);
    if (name.starts_with("mount."))
        return Role::mount;
    return name.starts_with("umount.") ? Role::unmount : Role::daemon;
}

MountCall parse_mount_call(const std::vector<std::string>& arguments) {
    MountCall call;
    std::vector<std::string> lists;
    bool is_sloppy = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "-o") {
            lists.push_back(value_after(arguments, i));
        } else if (argument == "-t") {
            check_type(value_after(arguments, i));
        } else if (argument.starts_with("-o")) {
            lists.push_back(argument.substr(2));
        } else if (argument.starts_with("--") || !argument.starts_with("-")) {
            call.arguments.push_back(argument);
        } else {
            for (const char letter : argument.substr(1)) {
                is_sloppy = is_sloppy || letter == 's';
                call.is_fake = call.is_fake || letter == 'f';
                call.is_verbose = call.is_verbose || letter == 'v';
                if (std::string_view("sfvn").find(letter) == std::string_view::npos)
                    refuse("unknown option " + argument);
            }
        }
    }
    for (const std::string& list : lists)
        take_options(list, is_sloppy, call);
    return call;
}

std::string lasting_arguments(const std::vector<std::string>& arguments) {
    std::vector<std::string> lasting;
    for (const std::string& argument : arguments)
        if (argument.starts_with("--") && argument != "--read-only" && argument != "--no-exec" &&
            argument != "--foreground")
            lasting.push_back(argument);
    std::sort(lasting.begin(), lasting.end());
    std::string text;
    for (const std::string& argument : lasting)
        text += argument + "\n";
    return text;
}

void remount(const std::string& mount_point, const std::vector<std::string>& arguments) {
    const Daemon daemon = find_daemon(mount_point);
    if (daemon.process == 0)
        throw Error(ErrorCode::not_permitted,
                    mount_point + " is no live mount of Alexander Storage, or you are not root");
    for (const std::string& argument : split(lasting_arguments(arguments), '\n'))
        if (("\n" + daemon.arguments).find("\n" + argument + "\n") == std::string::npos)
            refuse(argument.substr(2) + " cannot change while it is mounted: unmount first");
    MountPlan plan;
    plan.read_only =
        std::find(arguments.begin(), arguments.end(), "--read-only") != arguments.end();
    plan.no_exec = std::find(arguments.begin(), arguments.end(), "--no-exec") != arguments.end();
    if (::mount(nullptr, mount_point.c_str(), nullptr, MS_REMOUNT | mount_flags(plan), nullptr) !=
        0)
        throw_os_error("cannot remount " + mount_point, errno);
}

int unmount_main(const std::vector<std::string>& arguments) {
    try {
        const UnmountCall call = parse_unmount_call(arguments);
        // Asking a daemon that hangs would hang, and -f and -l are for just that.
        const UniqueFd daemon =
            call.waits ? open_daemon(find_daemon(call.mount_point).process) : UniqueFd();
        if (call.waits)
            make_durable(call.mount_point);
        unmount(call);
        forget_mount(call.mount_point);  // umount(8) does so with one of its own
        wait_for_end(daemon);
        return 0;
    } catch (const Error& error) {
        std::ignore = std::fprintf(stderr, "umount.alexander: %s\n", error.what());
        return error.code() == ErrorCode::invalid_argument ? mount_usage_status
                                                           : mount_failure_status;
    }
}

}  // namespace alexander::fuse
