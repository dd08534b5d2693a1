// The service as systemd sees it.
#include "admin/doctor/check.h"
#include "admin/new_file.h"
#include "base/error.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

constexpr const char* unit = "alexander-s3d.service";

/// The unit's file; empty if it is not installed.
std::string unit_file(const Patient& patient) {
    for (const char* const folder : {"/etc/systemd/system/",
                                     "/run/systemd/system/",
                                     "/usr/local/lib/systemd/system/",
                                     "/lib/systemd/system/",
                                     "/usr/lib/systemd/system/"}) {
        const std::string path = patient.system_path(std::string(folder) + unit);
        if (fs::exists(path))
            return path;
    }
    return {};
}

/// The unit's text with its drop-ins.
std::string unit_text(const Patient& patient) {
    std::string text = read_small_file(unit_file(patient));
    for (const char* const folder : {"/etc/systemd/system/", "/run/systemd/system/"}) {
        std::error_code fault;
        for (fs::directory_iterator
                 entry(patient.system_path(std::string(folder) + unit + ".d"), fault),
             end;
             !fault && entry != end;
             entry.increment(fault))
            if (entry->path().extension() == ".conf")
                text += "\n" + read_small_file(entry->path().string());
    }
    return text;
}

std::string first_line_of(std::array<const char*, 4> words) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return {};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t child = 0;
    // posix_spawn(3) takes them as they come and changes nothing.
    const int fault = ::posix_spawnp(
        &child, words[0], &actions, nullptr, const_cast<char* const*>(words.data()), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::string text;
    if (fault == 0) {
        std::array<char, 256> part{};
        for (ssize_t count = 0; (count = ::read(ends[0], part.data(), part.size())) > 0;)
            text.append(part.data(), static_cast<std::size_t>(count));
        ::waitpid(child, nullptr, 0);
    }
    ::close(ends[0]);
    return text.substr(0, text.find('\n'));
}

Finding check_service(Patient& patient) {
    if (unit_file(patient).empty())
        return skip("no unit " + std::string(unit) + " is installed");
    if (!patient.system_path("").empty() || !fs::exists("/run/systemd/system"))
        return skip("systemd does not run here");
    const std::string state = first_line_of({"systemctl", "is-active", unit, nullptr});
    if (state == "failed")
        return fail("the service alexander-s3d has failed",
                    "`journalctl -u alexander-s3d -n 50` says why; then systemctl restart "
                    "alexander-s3d");
    if (state != "active")
        return warn("the service alexander-s3d is " + (state.empty() ? "unknown" : state),
                    "systemctl enable --now alexander-s3d");
    return ok("the service alexander-s3d is active");
}

bool names_folder(const std::string& text, const std::string& setting, const std::string& folder) {
    for (std::size_t at = text.find("\n" + setting + "="); at != std::string::npos;
         at = text.find("\n" + setting + "=", at + 1)) {
        const std::size_t begin = at + setting.size() + 2;
        const std::string value = text.substr(begin, text.find('\n', begin) - begin);
        if (value.find(folder) != std::string::npos)
            return true;
    }
    return false;
}

Finding check_service_paths(Patient& patient) {
    if (!patient.settings || unit_file(patient).empty())
        return skip("no unit " + std::string(unit) + " is installed");
    const std::string& folder = patient.data_dir();
    if (folder == "/var/lib/alexander" || folder.starts_with("/var/lib/alexander/"))
        return ok("the service may write into the store's usual place");
    const std::string text = "\n" + unit_text(patient);
    const bool is_strict = text.find("\nProtectSystem=strict") != std::string::npos;
    if (is_strict && !names_folder(text, "ReadWritePaths", folder))
        return fail("the service may not write into " + folder,
                    "systemctl edit alexander-s3d, and add [Service] ReadWritePaths=" + folder);
    if (!names_folder(text, "RequiresMountsFor", folder))
        return warn("the service does not wait for the disk of " + folder,
                    "systemctl edit alexander-s3d, and add [Unit] RequiresMountsFor=" + folder);
    return ok("the service waits for the store's disk and may write to it");
}

constexpr std::array checks{
    Check{"service", "Service", check_service},
    Check{"service_paths", "Folders of the service", check_service_paths},
};

}  // namespace

std::span<const Check> service_checks() {
    return checks;
}

}  // namespace alexander::admin
