// top.
#include "admin/families.h"
#include "base/error.h"
#include "base/time_format.h"
#include "store/health/catalog_facts.h"
#include "store/health/folder_facts.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace alexander::admin {

namespace {

volatile sig_atomic_t is_stopped = 0;

void stop(int) {
    is_stopped = 1;
}

/// Ctrl-C and SIGTERM end the command between two samples, so that it leaves the store in order.
void catch_ends() {
    struct sigaction action = {};
    action.sa_handler = stop;  // without SA_RESTART: the pause ends at once
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

void pause_for(std::int64_t seconds) {
    timespec time = {};
    time.tv_sec = seconds;
    ::nanosleep(&time, nullptr);
}

struct Sample {
    std::chrono::steady_clock::time_point time;
    CommitFacts commits;
    LiveSums sums;
    std::int64_t log_bytes = 0;
    std::int64_t free_bytes = 0;
    std::int64_t servers = 0;
    std::int64_t mounts = 0;
    std::int64_t commands = 0;
    std::int64_t waiting = 0;  // operations of mounts that are not durable yet
    std::int64_t lagging = 0;  // mounts
};

void count(const ProcessFacts& process, Sample& sample) {
    if (!process.is_alive)
        return;
    switch (process.role) {
        case ProcessRole::s3d:
            ++sample.servers;
            break;
        case ProcessRole::mount:
            ++sample.mounts;
            break;
        case ProcessRole::admin:
            ++sample.commands;
            break;
    }
    sample.waiting += process.waiting;
    sample.lagging += process.lagging_since ? 1 : 0;
}

Sample take_sample(const Engine& engine, const std::string& data_dir) {
    Sample sample;
    sample.time = std::chrono::steady_clock::now();
    // Of its own each time: what it maps is given back with it.
    PosixFileSystem files(PosixFileSystem::open_root(data_dir));
    const FolderFacts folder = examine_folder(files);
    sample.commits = folder.commits;
    for (const ProcessFacts& process : folder.processes)
        count(process, sample);
    sample.sums = get_live_sums(engine);
    struct stat log = {};
    // Not through a descriptor: closing one would take SQLite's locks along.
    if (::stat((data_dir + "/meta/alexander.db-wal").c_str(), &log) == 0)
        sample.log_bytes = log.st_size;
    sample.free_bytes = static_cast<std::int64_t>(engine.files.space().available_bytes);
    return sample;
}

double a_second(std::int64_t now, std::int64_t before, double seconds) {
    return static_cast<double>(now - before) / seconds;
}

Record compare(const Sample& now, const Sample& before, Timestamp clock) {
    const double seconds = std::chrono::duration<double>(now.time - before.time).count();
    return {
        {"time", format_iso8601(clock)},
        {"commits_per_second", a_second(now.commits.committed, before.commits.committed, seconds)},
        {"unsynced_commits", now.commits.committed - now.commits.synced},
        {"objects", now.sums.objects},
        {"versions", now.sums.versions},
        {"logical_bytes", now.sums.logical_bytes},
        {"logical_bytes_per_second",
         a_second(now.sums.logical_bytes, before.sums.logical_bytes, seconds)},
        {"pack_bytes", now.sums.pack_bytes},
        {"pack_bytes_per_second", a_second(now.sums.pack_bytes, before.sums.pack_bytes, seconds)},
        {"catalog_log_bytes", now.log_bytes},
        {"free_bytes", now.free_bytes},
        {"servers", now.servers},
        {"mounts", now.mounts},
        {"commands", now.commands},
        {"waiting_operations", now.waiting},
        {"lagging_mounts", now.lagging}};
}

std::string line_of(const Record& record) {
    std::string line;
    for (const auto& [name, value] : record)
        line += (line.empty() ? "" : " ") + name + "=" + to_text(value);
    return line + "\n";
}

void show(const Invocation& invocation, const Record& record) {
    if (!invocation.out.is_json() && ::isatty(STDOUT_FILENO) == 1)
        invocation.out.text("\x1b[H\x1b[J");
    if (invocation.out.is_json() || ::isatty(STDOUT_FILENO) == 1)
        invocation.out.record(record);
    else
        invocation.out.text(line_of(record));
}

void watch(const Invocation& invocation) {
    const std::int64_t interval = invocation.count("interval", 2);
    const std::int64_t most = invocation.count("count", 0);
    constexpr std::int64_t an_hour = 3600;
    if (interval < 1 || interval > an_hour)
        throw Error(ErrorCode::invalid_argument, "--interval takes 1 to 3600 seconds");
    catch_ends();
    LocalStore local = invocation.open_store();
    const std::string& data_dir = invocation.settings.storage.data_dir;
    Sample before = take_sample(local.store().engine(), data_dir);
    for (std::int64_t done = 0; most == 0 || done < most; ++done) {
        pause_for(interval);
        if (is_stopped != 0)
            return;
        const Sample now = take_sample(local.store().engine(), data_dir);
        show(invocation, compare(now, before, local.clock().now()));
        before = now;
    }
}

constexpr std::array<std::string_view, 2> top_options{"interval", "count"};

constexpr std::array command_table{
    Command{
        "top", "", "Shows what happens in a running store, again and again.", top_options, watch},
};

const std::array option_table{
    ProgramOption{"interval", '\0', "SECONDS", "Time between two looks (default: 2)."},
    ProgramOption{"count", '\0', "N", "End after so many looks (default: at Ctrl-C)."},
};

}  // namespace

CommandFamily top_family() {
    return {"Watching", command_table, option_table};
}

}  // namespace alexander::admin
