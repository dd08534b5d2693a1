#include "fuse/daemon.h"

#include "base/end_signals.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "base/service_notify.h"
#include "fuse/daemonize.h"
#include "fuse/kernel_cache.h"
#include "fuse/mount_status.h"
#include "fuse/options.h"
#include "fuse/privileges.h"
#include "fuse/session.h"
#include "store/garbage_settings.h"
#include "store/local_store.h"
#include "store/scrub/background.h"
#include "store/snapshots/background.h"

#include <limits.h>
#include <stdlib.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

namespace alexander::fuse {
namespace {

struct MountPoint {
    std::string path;
    bool was_dead;
};

MountPoint find_mount_point(const std::string& path) {
    const bool was_dead = remove_dead_mount(path);
    const std::unique_ptr<char, decltype(&::free)> found(::realpath(path.c_str(), nullptr), ::free);
    if (!found)
        throw_os_error("mount point " + path, errno);
    return {found.get(), was_dead};
}

Identity find_user(Users& users, const std::optional<std::string>& name) {
    try {
        return users.acting(name);
    } catch (const Error& error) {
        if (name || error.code() != ErrorCode::no_such_user)
            throw;
        throw Error(ErrorCode::no_such_user,
                    "no admin user who is enabled: make one with `alexander-admin user create "
                    "--admin NAME`, or "
                    "name another in fuse.user, --user or -o user=");
    }
}

/// Serves until the mount is taken away or a signal asks for the end.
void serve(FuseSession& session, const EndSignals& ends) {
    std::atomic<bool> is_gone{false};
    std::thread watcher([&] {
        std::ignore = ends.wait();
        if (!is_gone)
            session.end();
    });
    session.run();
    is_gone = true;
    ::pthread_kill(watcher.native_handle(), SIGTERM);  // it waits for this if nobody else sent one
    watcher.join();
}

std::optional<std::string> user_of(const CommandLine& line, const Settings& settings) {
    if (line.has("user") || settings.fuse.user.empty())
        return line.find("user");
    return settings.fuse.user;
}

}  // namespace

int run(const CommandLine& line, const Start& start) {
    bound_heap_arenas();
    hide_memory();
    const Settings settings = load_settings(line, current_environment());
    const Invocation invocation = read_operands(line);
    const MountPoint place = find_mount_point(invocation.mount_point);
    MountOptions options;
    options.writeback_cache = settings.fuse.writeback_cache;
    options.attribute_timeout = settings.fuse.attribute_timeout;
    options.view = invocation.view;
    options.own_arguments = start.lasting_arguments;
    std::optional<Background> background;
    if (!line.has("foreground"))
        background = Background::start(start.failure_status);
    MountPlan plan = plan_mount(line, invocation, place.path);
    if (const auto key_file = master_key_file(settings))
        plan.key_file = std::filesystem::absolute(*key_file).string();
    MountKeeper keeper(std::move(plan));
    // What serves clients' bytes needs no right of root's.
    become(owner_of_store(settings.storage.data_dir));

    SystemClock clock;
    const auto log = make_logger(settings, clock);
    const EndSignals ends;
    if (place.was_dead)
        log->warning("fuse", "a dead mount was taken away", {{"path", place.path}});
    // The key's file may be root's alone: only the keeper can look whether it has changed.
    MasterKeySource key_source;
    if (!keeper.plan().key_file.empty())
        key_source = [&keeper] { return MasterKey::parse(keeper.read_key().reveal()); };
    LocalStore local(settings, *log, master_key_of(settings), ProcessRole::mount, key_source);
    Store& store = local.store();
    files::TreeOptions tree_options;
    tree_options.bucket = invocation.bucket;
    tree_options.user = find_user(store.users(), user_of(line, settings));
    tree_options.dirty_limit_bytes = settings.fuse.dirty_limit_bytes;
    tree_options.kernel_keeps_times = options.writeback_cache;
    tree_options.named_history = settings.fuse.versions;
    files::FileTree tree(store.engine(), tree_options);
    MountContext mount{
        tree, *log, options, [&store] { return store.engine().mount_coherence.is_lagging(); }};
    MountStatus status(settings, store, mount, clock);
    const Worker maintenance(
        "maintenance", *log, watchdog_period(std::chrono::seconds(5)), [&store](auto) {
            notify_service_manager("WATCHDOG=1");  // no further one comes from a store that hangs
            store.maintain();
        });
    std::optional<Worker> collection(std::in_place,
                                     "gc",
                                     *log,
                                     settings.gc.interval,
                                     [&store, &settings, &log](const std::stop_token& stop) {
                                         collect_in_background(store, settings, *log, stop);
                                     });
    std::optional<Worker> scrubbing(std::in_place,
                                    "scrub",
                                    *log,
                                    scrub_pause(settings),
                                    [&store, &settings, &log](const std::stop_token& stop) {
                                        scrub_in_background(store, settings, *log, stop);
                                    });
    std::optional<Worker> snapshots(std::in_place,
                                    "snapshot",
                                    *log,
                                    snapshot_pause(settings),
                                    [&store, &settings, &log](const std::stop_token& stop) {
                                        snapshot_in_background(store, settings, *log, stop);
                                    });
    {
        FuseSession session(mount, keeper);
        FuseKernelCache kernel(session.raw(), mount);
        tree.start(kernel);
        if (background)
            background->succeeded();
        notify_service_manager("READY=1");
        notify_service_manager("STATUS=Mounted " + invocation.source + " on " + place.path);
        log->info("fuse", "mounted", {{"path", place.path}});
        serve(session, ends);
        status.stop();
        tree.stop();
    }
    notify_service_manager("STOPPING=1");
    collection.reset();  // these commit: not to a closed store
    scrubbing.reset();
    snapshots.reset();
    tree.close();
    store.close();
    return 0;
}

}  // namespace alexander::fuse
