// alexander-fuse: the buckets of a store as directories.
#include "base/completion.h"
#include "base/end_signals.h"
#include "base/process_memory.h"
#include "base/service_notify.h"
#include "fuse/daemonize.h"
#include "fuse/kernel_cache.h"
#include "fuse/options.h"
#include "fuse/session.h"
#include "store/garbage_settings.h"
#include "store/local_store.h"
#include "store/scrub/background.h"

#include <limits.h>
#include <stdlib.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <tuple>

namespace alexander::fuse {
namespace {

constexpr std::array<std::string_view, 7> sections{
    "storage", "database", "auth", "logging", "fuse", "gc", "scrub"};

std::string absolute_path(const std::string& path) {
    remove_dead_mount(path);
    const std::unique_ptr<char, decltype(&::free)> found(::realpath(path.c_str(), nullptr), ::free);
    if (!found)
        throw_os_error("mount point " + path, errno);
    return found.get();
}

Identity find_user(Users& users, const std::optional<std::string>& name) {
    for (const catalog::User& user : users.list())
        if (name ? user.name == *name : user.is_admin)
            return {user.id, user.name, user.display_name, user.canonical_id, user.is_admin};
    if (name)
        throw Error(ErrorCode::no_such_user, "no user " + *name);
    throw Error(ErrorCode::no_such_user,
                "no admin user: make one with `alexander-admin user create --admin NAME`, or name "
                "another with --user");
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

int run(const CommandLine& line) {
    bound_heap_arenas();
    const Settings settings = load_settings(line, current_environment());
    const Invocation invocation = read_operands(line);
    MountOptions options;
    options.mount_point = absolute_path(invocation.mount_point);
    options.read_only = line.has("read-only");
    options.writeback_cache = settings.fuse.writeback_cache;
    options.attribute_timeout = settings.fuse.attribute_timeout;
    std::optional<Background> background;
    if (!line.has("foreground"))
        background = Background::start();

    SystemClock clock;
    const auto log = make_logger(settings, clock);
    const EndSignals ends;
    LocalStore local(settings, *log, master_key_of(settings), ProcessRole::mount);
    Store& store = local.store();
    files::TreeOptions tree_options;
    tree_options.bucket = invocation.bucket;
    tree_options.user = find_user(store.users(), line.find("user"));
    tree_options.dirty_limit_bytes = settings.fuse.dirty_limit_bytes;
    tree_options.kernel_keeps_times = options.writeback_cache;
    files::FileTree tree(store.engine(), tree_options);
    MountContext mount{
        tree, *log, options, [&store] { return store.engine().mount_coherence.is_lagging(); }};
    const Worker maintenance(
        "maintenance", *log, std::chrono::seconds(5), [&store](auto) { store.maintain(); });
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
    {
        FuseSession session(mount);
        FuseKernelCache kernel(session.raw(), mount);
        tree.start(kernel);
        if (background)
            background->succeeded();
        notify_service_manager("READY=1");
        log->info("fuse", "mounted", {{"path", options.mount_point}});
        serve(session, ends);
        tree.stop();
    }
    notify_service_manager("STOPPING=1");
    collection.reset();  // these commit: not to a closed store
    scrubbing.reset();
    tree.close();
    store.close();
    return 0;
}

int guarded_main(int count, const char* const* values) {
    try {
        const std::vector<ProgramOption> known = program_options();
        const CommandLine line =
            CommandLine::parse(known, expand_mount_options(arguments_of(count, values)));
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
            return run(line);
        return 0;
    } catch (const Error& error) {
        // Who cannot be told on stderr learns it from the exit status.
        std::ignore = std::fprintf(stderr, "alexander-fuse: %s\n", error.what());
        return error.code() == ErrorCode::invalid_argument ? 2 : 1;
    } catch (const std::exception& error) {
        std::ignore = std::fprintf(stderr, "alexander-fuse: %s\n", error.what());
        return 1;
    }
}

}  // namespace
}  // namespace alexander::fuse

int main(int argc, char** argv) {
    return alexander::fuse::guarded_main(argc, argv);
}
