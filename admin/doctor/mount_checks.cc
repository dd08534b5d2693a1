// FUSE, mounts that are there, and mounts that fstab wants.
#include "admin/doctor/check.h"
#include "admin/doctor/mount_table.h"
#include "admin/new_file.h"
#include "base/error.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>
#include <vector>

namespace alexander::admin {

namespace {

constexpr std::chrono::seconds patience{5};

/// errno of statvfs(2), ETIMEDOUT after a while: a mount that hangs must not hang its doctor.
int try_statvfs(const std::string& path) {
    const pid_t child = ::fork();
    if (child == 0) {
        struct statvfs facts = {};
        ::_exit(::statvfs(path.c_str(), &facts) == 0 ? 0 : errno);
    }
    if (child < 0)
        return errno;
    const auto end = std::chrono::steady_clock::now() + patience;
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > end) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
            return ETIMEDOUT;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

Finding check_device(Patient& patient) {
    const std::string path = patient.system_path("/dev/fuse");
    struct stat facts = {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISCHR(facts.st_mode))
        return warn("there is no /dev/fuse: nothing can be mounted",
                    "modprobe fuse; in a container give it --device /dev/fuse and CAP_SYS_ADMIN");
    if (::access(path.c_str(), R_OK | W_OK) != 0)
        return warn("/dev/fuse cannot be opened by this user",
                    "run doctor as root, or chmod 666 /dev/fuse");
    return ok("/dev/fuse can be opened");
}

Finding check_helper(Patient& patient) {
    for (const char* const place :
         {"/usr/bin/fusermount3", "/bin/fusermount3", "/usr/local/bin/fusermount3"})
        if (std::filesystem::exists(patient.system_path(place)))
            return ok("fusermount3 is installed");
    return warn("fusermount3 is not installed: only root can mount", "apt-get install fuse3");
}

Finding check_allow_other(Patient& patient) {
    std::istringstream lines(read_small_file(patient.system_path("/etc/fuse.conf")));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("user_allow_other"))
            return ok("mounts of other users than root may be shared");
    return warn("mounts that another user than root makes cannot be shared with others",
                "write the line user_allow_other into /etc/fuse.conf, if you want such mounts");
}

// The paths of dead and silent mounts each follow a blank, as arguments of a command.
struct MountStates {
    std::size_t alive = 0;
    std::string dead;
    std::string silent;
};

MountStates try_mounts() {
    MountStates states;
    for (const MountEntry& entry : read_mount_table()) {
        if (!is_own_mount(entry))
            continue;
        const int fault = try_statvfs(entry.mount_point);
        if (fault == ENOTCONN)
            states.dead += " " + entry.mount_point;
        else if (fault == ETIMEDOUT)
            states.silent += " " + entry.mount_point;
        else if (fault == 0 || fault == EACCES)
            ++states.alive;
    }
    return states;
}

Finding check_mounts(Patient&) {
    const MountStates states = try_mounts();
    if (!states.dead.empty())
        return fail("dead mounts, whose alexander-fuse has ended:" + states.dead,
                    "umount -l" + states.dead + ", then mount anew");
    if (!states.silent.empty())
        return fail("mounts that do not answer:" + states.silent,
                    "look at their alexander-fuse (stopped? disk?); umount -l" + states.silent +
                        " as the last resort");
    return ok(std::to_string(states.alive) + " mounts answer");
}

bool is_wanted(const MountEntry& entry) {
    return entry.type == "alexander" || is_own_mount(entry);
}

Finding check_fstab(Patient& patient) {
    std::size_t count = 0;
    for (const MountEntry& entry :
         parse_mount_table(read_small_file(patient.system_path("/etc/fstab")))) {
        if (!is_wanted(entry))
            continue;
        ++count;
        if (!std::filesystem::is_directory(patient.system_path(entry.mount_point)))
            return fail("/etc/fstab mounts on " + entry.mount_point + ", which does not exist",
                        "mkdir -p " + entry.mount_point);
        if (!has_option(entry, "nofail") && !has_option(entry, "noauto"))
            return warn("the mount on " + entry.mount_point +
                            " in /etc/fstab stops the machine's start when it fails",
                        "give it the options _netdev,nofail");
        const bool has_program = std::ranges::any_of(
            std::array{"/sbin/mount.alexander", "/usr/sbin/mount.alexander"},
            [&](const char* place) { return std::filesystem::exists(patient.system_path(place)); });
        if (entry.type == "alexander" && !has_program)
            return fail("/etc/fstab has mounts of type alexander, but there is no mount.alexander",
                        "apt-get install alexander-fuse");
    }
    return ok(std::to_string(count) + " mounts in /etc/fstab");
}

constexpr std::array checks{
    Check{"fuse_device", "FUSE", check_device},
    Check{"fuse_program", "FUSE's program", check_helper},
    Check{"fuse_sharing", "Shared mounts", check_allow_other},
    Check{"mounts", "Mounts", check_mounts},
    Check{"fstab", "Mounts in fstab", check_fstab},
};

}  // namespace

std::span<const Check> mount_checks() {
    return checks;
}

}  // namespace alexander::admin
