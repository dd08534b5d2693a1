// A connected stream of bytes, so that tests need no socket and TLS needs no second server.
#pragma once

#include "base/bytes.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>

namespace alexander::s3::http {

/// The peer went away, stopped reading or stopped sending. Nothing can be answered any more.
class ConnectionLost : public std::runtime_error {
public:
    enum class Why : std::uint8_t { closed, timed_out, failed };

    ConnectionLost(Why why, const char* what) : std::runtime_error(what), why_(why) {}

    [[nodiscard]] Why why() const noexcept { return why_; }

private:
    Why why_;
};

/// Time spent waiting for the peer.
struct StreamWaits {
    std::chrono::nanoseconds receiving{0};
    std::chrono::nanoseconds sending{0};
};

/// One thread at a time.
class Stream {
public:
    virtual ~Stream() = default;

    /// At least one byte, or 0 if the peer closed. Throws ConnectionLost after the idle timeout.
    [[nodiscard]] virtual std::size_t receive(MutableBytes into) = 0;

    /// Like receive, but nullopt at once if nothing has arrived.
    [[nodiscard]] virtual std::optional<std::size_t> try_receive(MutableBytes into) = 0;

    /// So far.
    [[nodiscard]] virtual StreamWaits waits() const noexcept { return {}; }

    /// While set, receive waits a moment only: for what is of no more use than a kept connection.
    virtual void set_hurried(bool hurried) = 0;

    /// All parts one after another, in as few packets as possible. Throws ConnectionLost.
    virtual void send(std::span<const ByteView> parts) = 0;
};

}  // namespace alexander::s3::http
