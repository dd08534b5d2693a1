// mount.
#include "admin/families.h"
#include "admin/fstab.h"
#include "admin/new_file.h"
#include "base/error.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

namespace alexander::admin {

namespace {

constexpr mode_t folder_mode = 0755;

/// What the mount helper says stands on standard error already.
void run_mount(const FstabEntry& entry) {
    std::vector<std::string> words{
        "mount", "-t", "alexander", "-o", entry.options, entry.source, entry.directory};
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int fault = ::posix_spawnp(&child, "mount", nullptr, nullptr, arguments.data(), environ);
    if (fault != 0)
        throw_os_error("cannot start mount(8)", fault);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw Error(ErrorCode::device_error,
                    "mount(8) failed: nothing is mounted and fstab is as it was");
}

/// A failure at boot must not keep the machine from booting, and the store's disk comes first.
std::string options_of(const Invocation& invocation) {
    std::string options = "nofail";
    const std::string& store = invocation.settings.storage.data_dir;
    if (store.find_first_of(", \t\\") == std::string::npos)
        options += ",x-systemd.requires-mounts-for=" + store;
    if (const auto config = invocation.line.find("config"))
        options += ",config=" + std::filesystem::absolute(*config).lexically_normal().string();
    if (const auto more = invocation.line.find("options"); more && !more->empty())
        options += "," + *more;
    return options;
}

void mount_store(const Invocation& invocation) {
    const std::string directory =
        std::filesystem::absolute(invocation.operands[1]).lexically_normal().string();
    const FstabEntry entry{invocation.operands[0], directory, options_of(invocation)};
    const std::string fstab = invocation.line.find("fstab").value_or("/etc/fstab");
    const bool updates = invocation.line.has("update-fstab");
    if (updates)  // before anything is done: it may refuse
        std::ignore = with_entry(read_small_file(fstab), entry);
    make_folders(directory, folder_mode);
    run_mount(entry);
    if (updates)
        update_fstab(fstab, entry);
    invocation.out.record({{"source", entry.source},
                           {"directory", entry.directory},
                           {"options", entry.options},
                           {"fstab", updates ? fstab : std::string()}});
}

constexpr std::array<std::string_view, 3> mount_options{"options", "update-fstab", "fstab"};

constexpr std::array command_table{
    Command{"mount",
            "SOURCE DIRECTORY",
            "Mounts a bucket, or alexander for the whole store, as mount(8) does.",
            mount_options,
            mount_store},
};

const std::array option_table{
    ProgramOption{"options", 'o', "LIST", "Further mount options, see mount.alexander(8)."},
    ProgramOption{"update-fstab", '\0', "", "Also mount it at every boot."},
    ProgramOption{"fstab", '\0', "FILE", "The file to update (default: /etc/fstab)."},
};

}  // namespace

CommandFamily mount_family() {
    return {"Mounting", command_table, option_table};
}

}  // namespace alexander::admin
