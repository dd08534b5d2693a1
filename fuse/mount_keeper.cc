#include "fuse/mount_keeper.h"

#include "base/error.h"
#include "base/settings.h"
#include "fuse/mount_record.h"
#include "fuse/read_ahead.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <tuple>

namespace alexander::fuse {
namespace {

enum class Wish : char { mount = 'm', key = 'k', unmount = 'u', detach = 'd' };

/// A number and, for what worked, the descriptor that it is about.
struct Answer {
    int os_errno = 0;
    UniqueFd device{};
};

/// In a process of its own, for it waits until the daemon answers: the answer to the kernel's first
/// request narrows again what was widened before.
void widen_read_ahead_later(const std::string& mount_point) {
    constexpr unsigned patience_seconds = 60;
    if (::fork() != 0)
        return;
    ::alarm(patience_seconds);
    std::ignore = ::close_range(STDERR_FILENO + 1, ~0U, 0);  // /dev/fuse is the daemon's alone

    struct stat ignored {};

    if (::stat(mount_point.c_str(), &ignored) == 0)
        widen_read_ahead(mount_point);
    ::_exit(0);
}

Answer mount_it(const MountPlan& plan) {
    Answer answer;

    struct stat folder {};

    if (remove_dead_mount(plan.mount_point))
        forget_mount(plan.mount_point);
    answer.device = UniqueFd::adopt(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
    if (!answer.device || ::stat(plan.mount_point.c_str(), &folder) != 0) {
        answer.os_errno = errno;
        answer.device.reset();
        return answer;
    }
    const std::string data = mount_data(plan, answer.device.get(), folder.st_mode & S_IFMT);
    if (::mount(plan.source.c_str(),
                plan.mount_point.c_str(),
                "fuse.alexander",
                mount_flags(plan),
                data.c_str()) != 0) {
        answer.os_errno = errno;
        answer.device.reset();
        return answer;
    }
    note_mount(plan.source, plan.mount_point);
    widen_read_ahead_later(plan.mount_point);
    return answer;
}

/// A pipe that the key can be read from.
Answer read_key_file(const std::string& path) {
    std::array<int, 2> ends{};
    try {
        const SecretText key = read_secret(path, "auth.encryption_key_file");
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return {errno};
        Answer answer{0, UniqueFd::adopt(ends[0])};
        const UniqueFd writing = UniqueFd::adopt(ends[1]);
        const std::string_view text = key.reveal();
        if (text.size() > PIPE_BUF ||  // more than a pipe surely holds at once
            ::write(writing.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            return {EINVAL};
        return answer;
    } catch (const Error& error) {
        return {error.os_errno() != 0 ? error.os_errno() : EINVAL};
    }
}

Answer fulfil(Wish wish, const MountPlan& plan) {
    const auto unmount = [&plan](int flags) {
        if (::umount2(plan.mount_point.c_str(), flags | UMOUNT_NOFOLLOW) != 0)
            return errno;
        forget_mount(plan.mount_point);
        return 0;
    };
    switch (wish) {
        case Wish::mount:
            return mount_it(plan);
        case Wish::key:
            return read_key_file(plan.key_file);
        case Wish::unmount:
            return {unmount(0)};
        case Wish::detach:
            return {unmount(MNT_DETACH)};
    }
    return {EINVAL};
}

ssize_t send_answer(const UniqueFd& channel, const Answer& answer) {
    int number = answer.os_errno;
    iovec part{&number, sizeof number};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (answer.device) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        const int device = answer.device.get();
        std::memcpy(CMSG_DATA(header), &device, sizeof device);
    }
    return ::sendmsg(channel.get(), &message, MSG_NOSIGNAL);
}

Answer receive_answer(const UniqueFd& channel) {
    Answer answer;
    iovec part{&answer.os_errno, sizeof answer.os_errno};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    do
        got = ::recvmsg(channel.get(), &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got != sizeof answer.os_errno)
        return {got < 0 ? errno : ECONNRESET};
    if (const cmsghdr* const header = CMSG_FIRSTHDR(&message); header != nullptr) {
        int device = -1;
        std::memcpy(&device, CMSG_DATA(header), sizeof device);
        answer.device = UniqueFd::adopt(device);
    }
    return answer;
}

/// Until the daemon's end of the channel closes.
[[noreturn]] void keep(UniqueFd channel, const MountPlan& plan) {
    // The terminal and a service manager speak to all processes of the service; this one has to
    // outlive the daemon's last wish.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD})
        std::ignore = ::signal(signal, SIG_IGN);
    // Whoever waits for the daemon's output or report must not wait for this process.
    constexpr int kept = 3;
    const UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        std::ignore = ::dup2(nowhere.get(), standard);
    if (channel.get() != kept) {
        std::ignore = ::dup2(channel.get(), kept);
        channel = UniqueFd::adopt(kept);
    }
    std::ignore = ::close_range(kept + 1, ~0U, 0);
    std::ignore = ::chdir("/");
    for (char word = 0;;) {
        const ssize_t got = ::recv(channel.get(), &word, 1, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != 1 || send_answer(channel, fulfil(static_cast<Wish>(word), plan)) < 0)
            ::_exit(0);
    }
}

Answer ask(Guarded<UniqueFd>& guarded, Wish wish) {
    auto channel = guarded.lock();
    const char word = static_cast<char>(wish);
    if (::send(channel->get(), &word, 1, MSG_NOSIGNAL) != 1)
        return {errno};
    return receive_answer(*channel);
}

[[noreturn]] void throw_not_mounted(const std::string& mount_point, int os_errno) {
    if (::access("/dev/fuse", F_OK) != 0)
        throw Error(ErrorCode::device_error,
                    "/dev/fuse cannot be opened: load the module with `modprobe fuse`, or give "
                    "the container --device /dev/fuse --cap-add SYS_ADMIN",
                    errno);
    if (os_errno == EPERM || os_errno == EACCES)
        throw Error(ErrorCode::not_permitted,
                    "only root can mount for all users: start with sudo or through systemd, and "
                    "a container with --device /dev/fuse --cap-add SYS_ADMIN",
                    os_errno);
    throw_os_error("cannot mount at " + mount_point, os_errno);
}

}  // namespace

MountKeeper::MountKeeper(MountPlan plan) : plan_(std::move(plan)) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw_os_error("socketpair", errno);
    UniqueFd own = UniqueFd::adopt(ends[0]);
    UniqueFd other = UniqueFd::adopt(ends[1]);
    process_ = ::fork();
    if (process_ < 0)
        throw_os_error("fork", errno);
    if (process_ == 0) {
        own.reset();
        keep(std::move(other), plan_);
    }
    *channel_.lock() = std::move(own);
}

MountKeeper::~MountKeeper() {
    channel_.lock()->reset();
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

UniqueFd MountKeeper::mount() {
    Answer answer = ask(channel_, Wish::mount);
    if (!answer.device)
        throw_not_mounted(plan_.mount_point, answer.os_errno);
    return std::move(answer.device);
}

SecretText MountKeeper::read_key() {
    const Answer answer = ask(channel_, Wish::key);
    std::array<char, PIPE_BUF> text{};
    const ssize_t size = answer.device ? ::read(answer.device.get(), text.data(), text.size()) : -1;
    if (size <= 0)
        throw Error(ErrorCode::invalid_argument,
                    "the master key cannot be read again from " + plan_.key_file,
                    answer.os_errno);
    SecretText key(std::string_view(text.data(), static_cast<std::size_t>(size)));
    ::explicit_bzero(text.data(), text.size());
    return key;
}

int MountKeeper::unmount(How how) {
    return ask(channel_, how == How::if_unused ? Wish::unmount : Wish::detach).os_errno;
}

unsigned long mount_flags(const MountPlan& plan) {
    unsigned long flags = MS_NOSUID | MS_NODEV;
    if (plan.read_only)
        flags |= MS_RDONLY;
    if (plan.no_exec)
        flags |= MS_NOEXEC;
    return flags;
}

std::string mount_data(const MountPlan& plan, int device, mode_t root_mode) {
    constexpr mode_t octal = 8;
    std::string mode;
    for (; root_mode != 0; root_mode /= octal)
        mode.insert(mode.begin(), static_cast<char>('0' + root_mode % octal));
    std::string data = "fd=" + std::to_string(device) + ",rootmode=" + mode +
                       ",user_id=" + std::to_string(::getuid()) +
                       ",group_id=" + std::to_string(::getgid()) + ",default_permissions";
    if (plan.for_everybody)
        data += ",allow_other";
    return data;
}

bool remove_dead_mount(const std::string& mount_point) {
    bool was_removed = false;
    for (;;) {  // several may lie on top of each other

        struct statfs ignored {};

        // statfs(2) and not stat(2), which the kernel may answer from what it remembers.
        // ECONNABORTED: the daemon died while the kernel was asking it this very question.
        const bool is_dead = ::statfs(mount_point.c_str(), &ignored) != 0 &&
                             (errno == ENOTCONN || errno == ECONNABORTED);
        if (!is_dead || ::umount2(mount_point.c_str(), MNT_DETACH) != 0)
            return was_removed;
        was_removed = true;
    }
}

}  // namespace alexander::fuse
