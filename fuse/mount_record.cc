#include "fuse/mount_record.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <tuple>
#include <vector>

namespace alexander::fuse {
namespace {

/// Runs a program silently to its end.
void run(std::vector<std::string> words) noexcept {
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    if (::posix_spawn_file_actions_init(&actions) != 0)
        return;
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        std::ignore =
            ::posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
    pid_t child = 0;
    if (::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ) == 0)
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    ::posix_spawn_file_actions_destroy(&actions);
}

}  // namespace

// Both calls do all but mounting (-f), through no helper (-i), and do not look at the mount point
// (-c), which nobody answers for yet.

void note_mount(const std::string& source, const std::string& mount_point) noexcept {
    run({"/bin/mount",
         "-cif",
         "-t",
         "fuse.alexander",
         "-o",
         "rw,uhelper=fuse.alexander",
         source,
         mount_point});
}

void forget_mount(const std::string& mount_point) noexcept {
    run({"/bin/umount", "-ci", "--fake", mount_point});
}

}  // namespace alexander::fuse
