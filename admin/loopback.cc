#include "admin/loopback.h"

#include "base/error.h"
#include "base/unique_fd.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

namespace alexander::admin {

namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses find_addresses(const std::string& host, std::uint16_t port, int flags) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    const int fault = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (fault != 0)
        throw Error(ErrorCode::invalid_argument,
                    "the host " + host + " has no address: " + ::gai_strerror(fault));
    return Addresses(found);
}

UniqueFd new_socket(const addrinfo& address) {
    return UniqueFd::adopt(
        ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol));
}

void set_patience(int fd, std::chrono::seconds patience) {
    timeval limit = {};
    limit.tv_sec = patience.count();
    // On Linux the time-out of sending also ends connect().
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

std::string exchange(int fd, const std::string& request) {
    constexpr std::size_t most = std::size_t{64} << 10U;
    std::string answer;
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0)
        return answer;
    std::array<char, 4096> part{};
    while (answer.size() < most) {
        const ssize_t count = ::recv(fd, part.data(), part.size(), 0);
        if (count <= 0)
            break;
        answer.append(part.data(), static_cast<std::size_t>(count));
    }
    return answer;
}

std::string header_of(std::string_view head, std::string_view name) {
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string_view::npos)
        return {};
    const std::size_t begin = at + 2 + name.size() + 2;
    return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

void read_answer(const std::string& text, HttpAnswer& answer) {
    constexpr std::string_view version = "HTTP/1.1 ";
    if (!text.starts_with(version))
        return;
    std::from_chars(text.data() + version.size(), text.data() + text.size(), answer.status);
    const std::size_t end = text.find("\r\n\r\n");
    answer.server = header_of(text.substr(0, end), "Server");
    if (end != std::string::npos)
        answer.body = text.substr(end + 4);
}

}  // namespace

HttpAnswer probe_http(const std::string& host,
                      std::uint16_t port,
                      const std::string& target,
                      std::chrono::seconds patience) {
    HttpAnswer answer;
    const Addresses addresses = find_addresses(host, port, 0);
    for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
        const UniqueFd socket = new_socket(*each);
        if (!socket)
            continue;
        set_patience(socket.get(), patience);
        if (::connect(socket.get(), each->ai_addr, each->ai_addrlen) != 0) {
            if (errno == EINPROGRESS || errno == ETIMEDOUT)
                answer.connection = Connection::timed_out;
            continue;
        }
        answer.connection = Connection::accepted;
        read_answer(exchange(socket.get(),
                             "GET " + target + " HTTP/1.1\r\nHost: " + host +
                                 "\r\nConnection: close\r\n\r\n"),
                    answer);
        break;
    }
    return answer;
}

std::optional<std::string> why_not_bindable(const std::string& host, std::uint16_t port) {
    const Addresses addresses = find_addresses(host, port, AI_PASSIVE);
    const UniqueFd socket = new_socket(*addresses);
    const int yes = 1;
    if (socket && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        ::bind(socket.get(), addresses->ai_addr, addresses->ai_addrlen) == 0)
        return std::nullopt;
    return std::strerror(errno);
}

}  // namespace alexander::admin
