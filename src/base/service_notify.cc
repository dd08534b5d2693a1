#include "base/service_notify.h"

#include "base/unique_fd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace alexander {

void notify_service_manager(std::string_view state) noexcept {
    const char* path =
        std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): never set by us
    if (path == nullptr || (path[0] != '/' && path[0] != '@'))
        return;
    sockaddr_un address = {};
    const std::size_t length = std::strlen(path);
    if (length >= sizeof(address.sun_path))
        return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@')  // the abstract namespace
        address.sun_path[0] = '\0';
    const UniqueFd socket = UniqueFd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket)
        return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // Nobody to tell if this fails.
    (void)::sendto(socket.get(),
                   state.data(),
                   state.size(),
                   MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&address),
                   size);
}

void notify_reloading() noexcept {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(),
                                   text.size(),
                                   "RELOADING=1\nMONOTONIC_USEC=%lld",
                                   static_cast<long long>(microseconds));
    notify_service_manager({text.data(), static_cast<std::size_t>(size)});
}

std::chrono::milliseconds watchdog_period(std::chrono::milliseconds usual) {
    const auto number_in = [](const char* name) {
        const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): as above
        std::int64_t number = 0;
        if (text != nullptr)
            std::from_chars(text, text + std::strlen(text), number);
        return number;
    };
    const std::int64_t process = number_in("WATCHDOG_PID");
    const std::int64_t limit = number_in("WATCHDOG_USEC");
    if (limit <= 0 || (process != 0 && process != ::getpid()))
        return usual;
    constexpr std::chrono::milliseconds least{10};
    const auto half =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(limit / 2));
    return std::max(least, std::min(usual, half));
}

}  // namespace alexander
