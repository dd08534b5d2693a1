#include "base/service_notify.h"

#include "base/unique_fd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
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

}  // namespace alexander
