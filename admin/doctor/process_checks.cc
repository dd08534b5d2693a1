// Processes that have the store open, or had.
#include "admin/doctor/check.h"
#include "base/error.h"
#include "store/store_locks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

std::string name_of(ProcessRole role) {
    switch (role) {
        case ProcessRole::s3d:
            return "alexander-s3d";
        case ProcessRole::mount:
            return "alexander-fuse";
        case ProcessRole::admin:
            return "alexander-admin";
    }
    return {};
}

std::int64_t count_alive(const Patient& patient) {
    return std::ranges::count(patient.processes, true, &ProcessFacts::is_alive);
}

Finding check_processes(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    const auto alive = count_alive(patient);
    constexpr std::int64_t nearly_all = max_processes - 8;
    const std::string said = std::to_string(alive) + " processes have the store open";
    if (alive >= nearly_all)
        return warn(said + ", of " + std::to_string(max_processes),
                    "end some: mounts of one bucket each can be one mount of all");
    return ok(said);
}

Finding check_dead_processes(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    for (const ProcessFacts& process : patient.processes)
        if (!process.is_alive)
            return warn("an " + name_of(process.role) + " died without closing the store",
                        "nothing is lost: a daemon clears up within seconds, or the next start "
                        "does; `journalctl -u " +
                            name_of(process.role) + "*` may say why");
    return ok("no process has died");
}

Finding check_lagging_mounts(Patient& patient) {
    for (const ProcessFacts& process : patient.processes)
        if (process.lagging_since) {
            SystemClock clock;
            const auto time = std::chrono::duration_cast<std::chrono::seconds>(
                clock.monotonic() - *process.lagging_since);
            return warn("a mount has not followed changes for " + format_duration(time),
                        "look for a stopped or swapped-out alexander-fuse; restart it");
        }
    return ok("all mounts follow changes");
}

bool is_number(const std::string& name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// False too of a process that we may not look into.
bool has_open(const fs::path& process, const fs::path& file) {
    std::error_code fault;
    for (fs::directory_iterator entry(process / "fd", fault), end; !fault && entry != end;
         entry.increment(fault)) {
        std::error_code unreadable;
        if (fs::read_symlink(entry->path(), unreadable) == file)
            return true;
    }
    return false;
}

Finding check_versions(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    std::error_code fault;
    const fs::path store =
        fs::weakly_canonical(fs::path(patient.settings->storage.data_dir) / "STORE", fault);
    std::string outdated;
    for (fs::directory_iterator entry("/proc", fault), end; !fault && entry != end;
         entry.increment(fault)) {
        const std::string pid = entry->path().filename().string();
        std::error_code unreadable;
        if (!is_number(pid))
            continue;
        const std::string program = fs::read_symlink(entry->path() / "exe", unreadable).string();
        const std::string name = program.substr(program.rfind('/') + 1);
        if (name.starts_with("alexander-") && name.ends_with(" (deleted)") &&
            has_open(entry->path(), store))
            outdated +=
                (outdated.empty() ? "" : ", ") + name.substr(0, name.find(' ')) + " (" + pid + ")";
    }
    if (!outdated.empty())
        return warn(
            "a program on disk is newer than what runs: " + outdated,
            "systemctl restart alexander-s3d; unmount and mount what alexander-fuse serves");
    return ok(std::to_string(count_alive(patient)) +
              " processes, none older than its program on "
              "disk");
}

constexpr std::array checks{
    Check{"processes", "Processes", check_processes},
    Check{"dead_processes", "Dead processes", check_dead_processes},
    Check{"lagging_mounts", "Lagging mounts", check_lagging_mounts},
    Check{"running_versions", "Versions that run", check_versions},
};

}  // namespace

std::span<const Check> process_checks() {
    return checks;
}

}  // namespace alexander::admin
