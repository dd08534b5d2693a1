// Stream over a Poco socket, plain or TLS.
#pragma once

#include "s3d/http/exchange.h"
#include "s3d/http/stream.h"

#include <Poco/Net/StreamSocket.h>

#include <chrono>

namespace alexander::s3::http {

/// Every call tries first and only then waits, at most for its timeout without progress; while it
/// waits, `blocking` knows. Never raises SIGPIPE. One thread at a time.
class SocketStream final : public Stream {
public:
    struct Timeouts {
        std::chrono::milliseconds receive;
        std::chrono::milliseconds send;
    };

    /// `blocking` outlives the stream.
    SocketStream(Poco::Net::StreamSocket socket,
                 const Timeouts& timeouts,
                 const BlockingScope::Hook& blocking);

    [[nodiscard]] std::size_t receive(MutableBytes into) override;
    [[nodiscard]] std::optional<std::size_t> try_receive(MutableBytes into) override;

    [[nodiscard]] StreamWaits waits() const noexcept override { return waits_; }

    void set_hurried(bool hurried) override { hurried_ = hurried; }

    void send(std::span<const ByteView> parts) override;

    /// Tells the peer that nothing more comes.
    void finish_sending() noexcept;

    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    enum class Want : std::uint8_t { read, write };

    /// Bytes moved, or what to wait for.
    struct Attempt {
        std::optional<std::size_t> moved;
        Want want = Want::read;
    };

    [[nodiscard]] Attempt attempt_receive(MutableBytes into);
    [[nodiscard]] Attempt attempt_send(std::span<const ByteView> parts);
    [[nodiscard]] Attempt attempt_secure_send(std::span<const ByteView> parts);
    /// `spent` is what the wait is added to.
    void wait_for(Want want, std::chrono::milliseconds timeout, std::chrono::nanoseconds& spent);

    Poco::Net::StreamSocket socket_;
    int fd_;
    bool secure_;
    bool hurried_ = false;
    Timeouts timeouts_;
    StreamWaits waits_;
    const BlockingScope::Hook& blocking_;
    Bytes record_;  // TLS: what one sendBytes takes; it must be offered again unchanged
};

}  // namespace alexander::s3::http
