#include "fuse/daemonize.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <tuple>

namespace alexander::fuse {
namespace {

/// Ends this process as the other one says; a pipe that is closed without a word means failure.
[[noreturn]] void wait_for_word(const UniqueFd& report, int failure_status) {
    char word = 0;
    ssize_t got = 0;
    do {
        got = ::read(report.get(), &word, 1);
    } while (got < 0 && errno == EINTR);
    ::_exit(got == 1 ? 0 : failure_status);
}

/// A stream whose lines become events of systemd's journal; empty if there is none.
/// https://systemd.io/JOURNAL_NATIVE_PROTOCOL names the socket, sd_journal_stream_fd(3) the head:
/// identifier, unit, priority, whether lines begin with one, and three places to forward to.
UniqueFd open_journal() {
    constexpr std::string_view head = "alexander-fuse\n\n6\n0\n0\n0\n0\n";
    constexpr std::string_view path = "/run/systemd/journal/stdout";
    UniqueFd journal = UniqueFd::adopt(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    if (!journal || ::connect(journal.get(), where, sizeof address) != 0 ||
        ::write(journal.get(), head.data(), head.size()) != static_cast<ssize_t>(head.size()))
        return {};
    return journal;
}

/// True for what nobody waits for, and nobody closes under us.
bool may_stay_open(int fd) {
    struct stat facts {};

    return ::fstat(fd, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISSOCK(facts.st_mode));
}

}  // namespace

Background Background::start(int failure_status) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw_os_error("pipe", errno);
    UniqueFd reading = UniqueFd::adopt(ends[0]);
    UniqueFd writing = UniqueFd::adopt(ends[1]);
    const pid_t child = ::fork();
    if (child < 0)
        throw_os_error("fork", errno);
    if (child > 0) {
        writing.reset();
        wait_for_word(reading, failure_status);
    }
    ::setsid();
    return Background(std::move(writing));
}

void Background::succeeded() {
    const UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nowhere)
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO})
            ::dup2(nowhere.get(), standard);
    if (!may_stay_open(STDERR_FILENO)) {
        const UniqueFd journal = open_journal();
        ::dup2(journal ? journal.get() : nowhere.get(), STDERR_FILENO);
    }
    if (::chdir("/") != 0)
        throw_os_error("chdir /", errno);
    const char word = 'r';
    std::ignore = ::write(report_.get(), &word, 1);  // nobody may be waiting any more
    report_.reset();
}

}  // namespace alexander::fuse
