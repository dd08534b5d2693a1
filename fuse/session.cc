#include "fuse/session.h"

#include "base/error.h"
#include "fuse/handlers.h"
#include "fuse/read_ahead.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

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
    wish(*connection, FUSE_CAP_POSIX_ACL | FUSE_CAP_DONT_MASK, true);
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

[[noreturn]] void throw_not_mounted(const std::string& mount_point) {
    if (::access("/dev/fuse", R_OK | W_OK) != 0)
        throw Error(ErrorCode::device_error,
                    "/dev/fuse cannot be opened: load the module with `modprobe fuse`, or give "
                    "the container --device /dev/fuse --cap-add SYS_ADMIN",
                    errno);
    if (::geteuid() != 0)
        throw Error(ErrorCode::not_permitted,
                    "only root can mount for all users: start with sudo or through systemd");
    throw Error(ErrorCode::device_error, "cannot mount at " + mount_point);
}

}  // namespace

bool remove_dead_mount(const std::string& mount_point) {
    bool was_removed = false;
    for (;;) {  // several may lie on top of each other

        struct stat ignored {};

        // ECONNABORTED: the daemon died while the kernel was asking it this very question.
        const bool is_dead = ::stat(mount_point.c_str(), &ignored) != 0 &&
                             (errno == ENOTCONN || errno == ECONNABORTED);
        if (!is_dead || ::umount2(mount_point.c_str(), MNT_DETACH) != 0)
            return was_removed;
        was_removed = true;
    }
}

std::string kernel_options(const MountOptions& options) {
    std::string text =
        "default_permissions,allow_other,nosuid,nodev,fsname=alexander,"
        "subtype=alexander";
    if (options.read_only)
        text += ",ro";
    return text;
}

FuseSession::FuseSession(MountContext& mount) : mount_(mount), runner_(::pthread_self()) {
    catch_wake_signal();
    mount_it();
}

void FuseSession::mount_it() {
    const std::string& mount_point = mount_.options.mount_point;
    if (remove_dead_mount(mount_point))
        mount_.log.warning("fuse", "a dead mount was taken away", {{"path", mount_point}});
    std::string program = "alexander-fuse";
    std::string option = "-o";
    std::string options = kernel_options(mount_.options);
    std::array<char*, 3> words{program.data(), option.data(), options.data()};
    fuse_args arguments = FUSE_ARGS_INIT(static_cast<int>(words.size()), words.data());
    const fuse_lowlevel_ops operations = make_operations();
    session_.reset(fuse_session_new(&arguments, &operations, sizeof operations, &mount_));
    fuse_opt_free_args(&arguments);
    if (!session_ || fuse_session_mount(session_.get(), mount_point.c_str()) != 0)
        throw_not_mounted(mount_point);
    widen_read_ahead(mount_point);
}

FuseSession::~FuseSession() {
    if (session_)
        fuse_session_unmount(session_.get());
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
    const char* const mount_point = mount_.options.mount_point.c_str();
    if (::umount2(mount_point, UMOUNT_NOFOLLOW) == 0)
        return;  // the kernel has told the threads
    // Somebody has a file open: no new ones, and those that are will get errors.
    if (::umount2(mount_point, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
        mount_.log.warning(
            "fuse", "cannot unmount", {{"error", std::generic_category().message(errno)}});
    fuse_session_exit(session_.get());
    ::pthread_kill(runner_, wake_signal);
}

}  // namespace alexander::fuse
