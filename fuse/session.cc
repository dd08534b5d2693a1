#include "fuse/session.h"

#include "base/error.h"
#include "fuse/handlers.h"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace alexander::fuse {
namespace {

constexpr unsigned most_background_requests = 64;
constexpr unsigned most_threads = 32;
constexpr unsigned most_bytes_written_at_once = 1U << 20U;
constexpr int wake_signal = SIGUSR1;

void wish(fuse_conn_info& connection, unsigned capability, bool wanted) {
    if (wanted)
        connection.want |= connection.capable & capability;
    else
        connection.want &= ~capability;
}

void initialize(void* data, fuse_conn_info* connection) {
    auto& mount = *static_cast<MountContext*>(data);
    connection->max_write = most_bytes_written_at_once;
    connection->max_background = most_background_requests;
    connection->congestion_threshold = most_background_requests * 3 / 4;
    connection->time_gran = 1;
    wish(*connection, FUSE_CAP_EXPORT_SUPPORT, true);
    wish(*connection, FUSE_CAP_CACHE_SYMLINKS, true);
    wish(*connection, FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO, true);
    wish(*connection, FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_ATOMIC_O_TRUNC, true);
    // An access list would contradict owners and modes that are not those that are stored.
    wish(*connection,
         FUSE_CAP_POSIX_ACL | FUSE_CAP_DONT_MASK,
         !mount.options.view.changes_anything());
    mount.has_acls = (connection->want & FUSE_CAP_POSIX_ACL) != 0;
    wish(*connection, FUSE_CAP_WRITEBACK_CACHE, mount.options.writeback_cache);
    // The kernel takes setuid bits away by setattr; data changes through this kernel only, and
    // comes from memory, so neither automatic invalidation nor splicing gains anything.
    wish(*connection, FUSE_CAP_HANDLE_KILLPRIV, false);
    wish(*connection, FUSE_CAP_AUTO_INVAL_DATA, false);
    wish(*connection, FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE, false);
}

fuse_lowlevel_ops make_operations() {
    fuse_lowlevel_ops operations{};
    operations.init = initialize;
    add_name_handlers(operations);
    add_directory_handlers(operations);
    add_attribute_handlers(operations);
    add_data_handlers(operations);
    return operations;
}

void do_nothing(int /*signal*/) {}

/// The signal only interrupts the wait of fuse_session_loop_mt.
void catch_wake_signal() {
    struct sigaction action {};

    action.sa_handler = do_nothing;
    sigemptyset(&action.sa_mask);
    sigaction(wake_signal, &action, nullptr);
}

}  // namespace

FuseSession::FuseSession(MountContext& mount, MountKeeper& keeper)
    : mount_(mount), keeper_(keeper), runner_(::pthread_self()) {
    catch_wake_signal();
    std::string program = "alexander-fuse";
    std::array<char*, 1> words{program.data()};
    fuse_args arguments = FUSE_ARGS_INIT(static_cast<int>(words.size()), words.data());
    mount_.handlers = make_operations();
    const fuse_lowlevel_ops operations = measured(mount_.handlers);
    session_.reset(fuse_session_new(&arguments, &operations, sizeof operations, &mount_));
    fuse_opt_free_args(&arguments);
    if (!session_)
        throw Error(ErrorCode::device_error, "libfuse cannot make a session");
    // libfuse takes what is mounted already by this name, and the descriptor with it.
    const std::string device = "/dev/fd/" + std::to_string(keeper_.mount().release());
    if (fuse_session_mount(session_.get(), device.c_str()) != 0) {
        unmount_anyway();
        throw Error(ErrorCode::device_error, "libfuse does not take " + device);
    }
}

FuseSession::~FuseSession() {
    if (is_mounted())
        unmount_anyway();
}

/// Somebody else may have unmounted, and mounted another thing in the same place.
bool FuseSession::is_mounted() const {
    if (is_detached_)
        return false;
    pollfd device{fuse_session_fd(session_.get()), 0, 0};
    return ::poll(&device, 1, 0) == 0;
}

void FuseSession::unmount_anyway() {
    is_detached_ = true;
    if (const int error = keeper_.unmount(MountKeeper::How::detached); error != 0)
        mount_.log.warning(
            "fuse", "cannot unmount", {{"error", std::generic_category().message(error)}});
}

void FuseSession::run() {
    fuse_loop_config* const config = fuse_loop_cfg_create();
    fuse_loop_cfg_set_max_threads(config, most_threads);
    fuse_loop_cfg_set_clone_fd(config, 0);
    const int result = fuse_session_loop_mt(session_.get(), config);
    fuse_loop_cfg_destroy(config);
    if (result < 0)
        throw_os_error("serving the mount", -result);
}

void FuseSession::end() {
    if (!is_mounted())
        return;
    if (keeper_.unmount(MountKeeper::How::if_unused) != 0) {
        // Somebody has a file open: no new ones, and those that are will get errors.
        unmount_anyway();
    } else if (is_mounted()) {
        // A mount namespace made since has a copy that this did not take away, and may live for
        // long.
        is_detached_ = true;
        mount_.log.warning("fuse",
                           "another mount namespace keeps the mount: it ends there as well");
    } else {
        return;  // the kernel has told the threads
    }
    fuse_session_exit(session_.get());
    ::pthread_kill(runner_, wake_signal);
}

}  // namespace alexander::fuse
