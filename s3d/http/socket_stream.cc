#include "s3d/http/socket_stream.h"

#include <Poco/Exception.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>

namespace alexander::s3::http {

namespace {

// A TLS record holds 16 KiB; head and first bytes of a body should share one.
constexpr std::size_t tls_record_bytes = 16 * 1024;
constexpr std::size_t max_parts = 16;
// What Poco's secure sockets return when not blocking (SecureStreamSocket::ERR_SSL_WANT_WRITE).
constexpr int tls_wants_write = -2;

[[noreturn]] void throw_lost(int error) {
    const bool closed = error == ECONNRESET || error == EPIPE;
    throw ConnectionLost(closed ? ConnectionLost::Why::closed : ConnectionLost::Why::failed,
                         closed ? "the peer closed the connection" : "the connection failed");
}

constexpr std::chrono::milliseconds hurried_timeout{250};

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

SocketStream::SocketStream(Poco::Net::StreamSocket socket,
                           const Timeouts& timeouts,
                           const BlockingScope::Hook& blocking)
    : socket_(std::move(socket)),
      fd_(socket_.impl()->sockfd()),
      secure_(socket_.secure()),
      timeouts_(timeouts),
      blocking_(blocking) {
    if (secure_)
        socket_.setBlocking(false);
}

std::size_t SocketStream::receive(MutableBytes into) {
    while (true) {
        const Attempt attempt = attempt_receive(into);
        if (attempt.moved)
            return *attempt.moved;
        wait_for(attempt.want, hurried_ ? hurried_timeout : timeouts_.receive, waits_.receiving);
    }
}

std::optional<std::size_t> SocketStream::try_receive(MutableBytes into) {
    return attempt_receive(into).moved;
}

SocketStream::Attempt SocketStream::attempt_receive(MutableBytes into) {
    if (!secure_) {
        const ssize_t received = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
        if (received >= 0)
            return {static_cast<std::size_t>(received)};
        if (const int error = errno; !would_block(error) && error != EINTR)
            throw_lost(error);
        return {};
    }
    try {
        const int received = socket_.receiveBytes(into.data(), static_cast<int>(into.size()));
        if (received >= 0)
            return {static_cast<std::size_t>(received)};
        return {std::nullopt, received == tls_wants_write ? Want::write : Want::read};
    } catch (const Poco::Exception&) {
        throw ConnectionLost(ConnectionLost::Why::failed, "TLS receive failed");
    }
}

void SocketStream::send(std::span<const ByteView> parts) {
    std::array<ByteView, max_parts> rest;
    while (!parts.empty()) {
        const std::size_t count = std::min(parts.size(), max_parts);
        std::copy_n(parts.begin(), count, rest.begin());
        parts = parts.subspan(count);
        std::span<ByteView> pending(rest.data(), count);
        while (true) {
            while (!pending.empty() && pending.front().empty())
                pending = pending.subspan(1);
            if (pending.empty())
                break;
            const Attempt attempt = secure_ ? attempt_secure_send(pending) : attempt_send(pending);
            if (!attempt.moved)
                wait_for(attempt.want, timeouts_.send, waits_.sending);
            for (std::size_t sent = attempt.moved.value_or(0); sent > 0;) {
                const std::size_t step = std::min(sent, pending.front().size());
                pending.front() = pending.front().subspan(step);
                sent -= step;
                if (pending.front().empty())
                    pending = pending.subspan(1);
            }
        }
    }
}

SocketStream::Attempt SocketStream::attempt_send(std::span<const ByteView> parts) {
    std::array<iovec, max_parts> vectors{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        // sendmsg() only reads through this pointer.
        vectors[i].iov_base = const_cast<std::byte*>(parts[i].data());
        vectors[i].iov_len = parts[i].size();
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
        return {static_cast<std::size_t>(sent)};
    if (const int error = errno; !would_block(error) && error != EINTR)
        throw_lost(error);
    return {std::nullopt, Want::write};
}

SocketStream::Attempt SocketStream::attempt_secure_send(std::span<const ByteView> parts) {
    record_.clear();
    for (const ByteView part : parts) {
        const std::size_t size = std::min(part.size(), tls_record_bytes - record_.size());
        record_.insert(
            record_.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(size));
    }
    try {
        const int sent = socket_.sendBytes(record_.data(), static_cast<int>(record_.size()));
        if (sent >= 0)
            return {static_cast<std::size_t>(sent)};
        return {std::nullopt, sent == tls_wants_write ? Want::write : Want::read};
    } catch (const Poco::Exception&) {
        throw ConnectionLost(ConnectionLost::Why::failed, "TLS send failed");
    }
}

void SocketStream::wait_for(Want want,
                            std::chrono::milliseconds timeout,
                            std::chrono::nanoseconds& spent) {
    const BlockingScope waiting(blocking_, &spent);
    pollfd polled{fd_, static_cast<short>(want == Want::read ? POLLIN : POLLOUT), 0};
    const int ready = ::poll(&polled, 1, static_cast<int>(timeout.count()));
    if (const int error = errno; ready < 0 && error != EINTR)
        throw_lost(error);
    if (ready == 0)
        throw ConnectionLost(ConnectionLost::Why::timed_out, "the peer was silent too long");
}

void SocketStream::finish_sending() noexcept {
    // Failing means the peer is gone already.
    std::ignore = ::shutdown(fd_, SHUT_WR);
}

}  // namespace alexander::s3::http
