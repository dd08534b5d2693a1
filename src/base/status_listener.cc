#include "base/status_listener.h"

#include "base/error.h"
#include "base/status_request.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace alexander {

namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr std::size_t most_clients = 16;
constexpr std::size_t most_head_bytes = 8192;
constexpr std::chrono::seconds patience{5};
constexpr int backlog = 64;

std::string with_error(const std::string& where, const std::string& setting, const char* why) {
    return "cannot listen on " + where + ": " + why + "; set " + setting + " to another port or 0";
}

UniqueFd bound_socket(const addrinfo& address) {
    UniqueFd socket = UniqueFd::adopt(::socket(
        address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
    const int on = 1;
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 ||
        ::listen(socket.get(), backlog) != 0)
        return {};
    return socket;
}

UniqueFd listen_on(const std::string& host, std::uint16_t port, const std::string& setting) {
    const std::string where = host + ":" + std::to_string(port);
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    const int fault = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw);
    if (fault != 0)
        throw Error(ErrorCode::device_error, with_error(where, setting, ::gai_strerror(fault)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, ::freeaddrinfo);
    UniqueFd socket = bound_socket(*found);
    if (const int error = errno; !socket)
        throw Error(
            ErrorCode::device_error,
            with_error(
                where, setting, error == EADDRINUSE ? "the port is in use" : std::strerror(error)),
            error);
    return socket;
}

std::uint16_t port_of(const UniqueFd& socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw_os_error("getsockname", errno);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

struct StatusListener::Client {
    UniqueFd fd;
    Time deadline;
    std::string received;
    std::string answer;  // empty while the request is read
    std::size_t sent = 0;
    bool done = false;
};

StatusListener::StatusListener(const std::string& host,
                               std::uint16_t port,
                               const std::string& setting,
                               Handler handler,
                               Logger& log)
    : handler_(std::move(handler)),
      log_(log),
      socket_(listen_on(host, port, setting)),
      wake_(UniqueFd::adopt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))),
      port_(port_of(socket_)) {
    if (!wake_)
        throw_os_error("eventfd", errno);
    thread_ = std::thread([this] { run(); });
}

StatusListener::~StatusListener() {
    std::ignore = ::eventfd_write(wake_.get(), 1);
    thread_.join();
}

void StatusListener::run() {
    ::pthread_setname_np(::pthread_self(), "status");
    while (true) {
        // A full house accepts nobody: they wait in the backlog.
        const bool has_room = clients_.size() < most_clients;
        std::vector<pollfd> polled{{wake_.get(), POLLIN, 0},
                                   {has_room ? socket_.get() : -1, POLLIN, 0}};
        for (const Client& client : clients_)
            polled.push_back(
                {client.fd.get(), static_cast<short>(client.answer.empty() ? POLLIN : POLLOUT), 0});
        const int timeout = clients_.empty() ? -1 : 250;
        if (::poll(polled.data(), polled.size(), timeout) < 0 && errno != EINTR)
            return log_.error("status", "poll failed", {{"error", std::strerror(errno)}});
        if (polled[0].revents != 0)
            return;
        std::size_t index = 2;
        for (Client& client : clients_)
            move(client, polled[index++].revents);
        const Time now = std::chrono::steady_clock::now();
        clients_.remove_if(
            [now](const Client& client) { return client.done || client.deadline <= now; });
        if (polled[1].revents != 0)
            accept_all();
    }
}

void StatusListener::accept_all() {
    while (clients_.size() < most_clients) {
        UniqueFd fd = UniqueFd::adopt(
            ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd)
            return;
        clients_.emplace_back();
        clients_.back().fd = std::move(fd);
        clients_.back().deadline = std::chrono::steady_clock::now() + patience;
    }
}

void StatusListener::move(Client& client, short events) {
    if (events == 0)
        return;
    if (client.answer.empty())
        receive(client);
    if (!client.answer.empty() && !client.done)
        send(client);
}

void StatusListener::receive(Client& client) {
    std::array<char, 2048> block{};
    const ssize_t size = ::recv(client.fd.get(), block.data(), block.size(), 0);
    if (size < 0 && would_block())
        return;
    if (size <= 0) {
        client.done = true;
        return;
    }
    client.received.append(block.data(), static_cast<std::size_t>(size));
    const std::size_t end = client.received.find("\r\n\r\n");
    if (end == std::string::npos && client.received.size() <= most_head_bytes)
        return;
    client.answer = answer(std::string_view(client.received).substr(0, end));
    client.deadline = std::chrono::steady_clock::now() + patience;
}

void StatusListener::send(Client& client) {
    const std::string_view rest = std::string_view(client.answer).substr(client.sent);
    const ssize_t size = ::send(client.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && would_block())
        return;
    if (size > 0)
        client.sent += static_cast<std::size_t>(size);
    client.done = size <= 0 || client.sent == client.answer.size();
}

std::string StatusListener::answer(std::string_view head) noexcept {
    const std::optional<StatusRequest> request = parse_status_request(head);
    if (!request)
        return format_status_answer({400, "text/plain", "bad request\n"}, false);
    const bool is_head = request->method == "HEAD";
    try {
        if (!is_head && request->method != "GET")
            return format_status_answer({405, "text/plain", "only GET and HEAD\n"}, false);
        return format_status_answer(handler_(*request), is_head);
    } catch (const std::exception& error) {
        // The handler asks the store, and what that throws must not end this thread.
        log_.error(
            "status", "a request failed", {{"path", request->path}, {"reason", error.what()}});
        return format_status_answer({500, "text/plain", "see the log\n"}, is_head);
    }
}

}  // namespace alexander
