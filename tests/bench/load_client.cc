#include "tests/bench/load_client.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace alexander::bench {

namespace {

constexpr std::size_t buffer_bytes = 256U << 10U;

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::device_error, what, errno);
}

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd fd = UniqueFd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // What the client sends must not be paced either: the server is what is measured.
    (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    return fd;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(
        out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::uint64_t content_length(const std::string& head) {
    const std::string text = lower(head);
    constexpr std::string_view name = "\r\ncontent-length:";
    const std::size_t at = text.find(name);
    if (at == std::string::npos)
        throw Error(ErrorCode::device_error, "a reply without Content-Length:\n" + head);
    return std::stoull(text.substr(at + name.size()));
}

}  // namespace

LoadClient::LoadClient(const LoadOptions& options)
    : options_(options),
      epoll_(UniqueFd::adopt(::epoll_create1(EPOLL_CLOEXEC))),
      connections_(options.connections),
      buffer_(buffer_bytes, '\0') {
    for (std::size_t index = 0; index < connections_.size(); ++index) {
        connections_[index].fd = connect_to(options.port);
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.u64 = index;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connections_[index].fd.get(), &event) != 0)
            fail("epoll_ctl");
    }
}

LoadResult LoadClient::run(const NextRequest& next) {
    next_ = &next;
    result_ = {};
    const auto began = std::chrono::steady_clock::now();
    busy_ = connections_.size();
    for (std::size_t index = 0; index < connections_.size(); ++index)
        start(index, nullptr);
    std::array<epoll_event, 64> events{};
    while (busy_ > 0) {
        const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 60'000);
        if (count <= 0 && errno != EINTR)
            fail("no reply for a minute");
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if ((event.events & EPOLLOUT) != 0)
                send(event.data.u64);
            if ((event.events & ~static_cast<unsigned>(EPOLLOUT)) != 0)
                receive(event.data.u64);
        }
    }
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::ranges::sort(result_.latencies);
    return std::move(result_);
}

void LoadClient::start(std::size_t index, const Reply* last) {
    Connection& connection = connections_[index];
    std::optional<Request> request = (*next_)(index, last);
    if (!request) {
        --busy_;
        return;
    }
    connection.request = std::move(*request);
    connection.sent = 0;
    connection.head.clear();
    connection.in_body = false;
    connection.reply = {};
    connection.started = std::chrono::steady_clock::now();
    send(index);
}

void LoadClient::send(std::size_t index) {
    Connection& connection = connections_[index];
    const Request& request = connection.request;
    const std::size_t total = request.head.size() + request.body.size();
    while (connection.sent < total) {
        std::array<iovec, 2> parts{};
        const std::size_t head_sent = std::min(connection.sent, request.head.size());
        const std::size_t body_sent = connection.sent - head_sent;
        // sendmsg takes non-const memory and only reads it.
        parts[0] = {const_cast<char*>(request.head.data()) + head_sent,
                    request.head.size() - head_sent};
        parts[1] = {const_cast<std::byte*>(request.body.data()) + body_sent,
                    request.body.size() - body_sent};
        msghdr message = {};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const ssize_t count = ::sendmsg(connection.fd.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN)
            return watch(index, true);
        if (count < 0)
            fail("send");
        connection.sent += static_cast<std::size_t>(count);
    }
    watch(index, false);
}

std::size_t LoadClient::read_some(Connection& connection) {
    const bool dropping =
        connection.in_body && options_.bodies == Bodies::discard && connection.reply.status == 200;
    // MSG_TRUNC on TCP: the bytes are dropped in the kernel, at any length.
    const std::size_t wanted = dropping ? std::size_t{16} << 20U : buffer_.size();
    const ssize_t count = ::recv(
        connection.fd.get(), buffer_.data(), wanted, MSG_DONTWAIT | (dropping ? MSG_TRUNC : 0));
    if (count < 0 && errno == EAGAIN)
        return 0;
    if (count <= 0)
        fail("the server closed a connection");
    return static_cast<std::size_t>(count);
}

void LoadClient::receive(std::size_t index) {
    Connection& connection = connections_[index];
    for (;;) {
        const std::size_t received = read_some(connection);
        if (received == 0)
            return;
        if (!connection.in_body) {
            take_head(connection, received);
        } else {
            if (options_.bodies == Bodies::keep || connection.reply.status != 200)
                connection.reply.body.append(buffer_, 0, received);
            connection.body_left -= received;
            result_.received_bytes += received;
        }
        if (connection.in_body && connection.body_left == 0)
            return finish(index);
    }
}

void LoadClient::take_head(Connection& connection, std::size_t received) {
    connection.head.append(buffer_, 0, received);
    const std::size_t end = connection.head.find("\r\n\r\n");
    if (end == std::string::npos)
        return;
    connection.reply.status = std::stoi(connection.head.substr(9, 3));
    connection.reply.body = connection.head.substr(end + 4);
    connection.head.resize(end + 4);
    connection.body_left = content_length(connection.head) - connection.reply.body.size();
    result_.received_bytes += connection.reply.body.size();
    connection.in_body = true;
}

void LoadClient::finish(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.reply.status != 200)
        throw Error(ErrorCode::device_error,
                    connection.request.head + connection.head + connection.reply.body);
    const auto now = std::chrono::steady_clock::now();
    result_.latencies.push_back(std::chrono::duration<double>(now - connection.started).count());
    ++result_.operations;
    const Reply reply = std::move(connection.reply);
    start(index, &reply);
}

void LoadClient::watch(std::size_t index, bool write) {
    Connection& connection = connections_[index];
    if (connection.wants_write == write)
        return;
    connection.wants_write = write;
    epoll_event event = {};
    event.events = EPOLLIN | (write ? static_cast<unsigned>(EPOLLOUT) : 0U);
    event.data.u64 = index;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.fd.get(), &event) != 0)
        fail("epoll_ctl");
}

}  // namespace alexander::bench
