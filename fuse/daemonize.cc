#include "fuse/daemonize.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <tuple>

namespace alexander::fuse {
namespace {

/// Ends this process as the other one says; a pipe that is closed without a word means failure.
[[noreturn]] void wait_for_word(const UniqueFd& report) {
    char word = 0;
    ssize_t got = 0;
    do {
        got = ::read(report.get(), &word, 1);
    } while (got < 0 && errno == EINTR);
    ::_exit(got == 1 ? 0 : 1);
}

}  // namespace

Background Background::start() {
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
        wait_for_word(reading);
    }
    ::setsid();
    return Background(std::move(writing));
}

void Background::succeeded() {
    const UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nowhere)
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO})
            ::dup2(nowhere.get(), standard);
    if (::chdir("/") != 0)
        throw_os_error("chdir /", errno);
    const char word = 'r';
    std::ignore = ::write(report_.get(), &word, 1);  // nobody may be waiting any more
    report_.reset();
}

}  // namespace alexander::fuse
