// One connection: requests come in, answers go out, and in between it holds next to nothing.
#pragma once

#include "s3d/http/buffer_pool.h"
#include "s3d/http/forwarded.h"
#include "s3d/http/request_parser.h"
#include "s3d/http/socket_stream.h"

#include <atomic>
#include <string>

namespace alexander::s3::http {

/// What connections of one server share. Constant but for `stopping`.
struct ConnectionServices {
    ExchangeHandler& handler;
    BufferPool& buffers;
    BlockingScope::Hook blocking;
    std::uint64_t drain_limit_bytes;
    const TrustedProxies& proxies;
    std::atomic<bool> stopping{false};
};

/// One thread at a time.
class Connection {
public:
    /// What the connection needs after run().
    enum class Next : std::uint8_t {
        idle,    // wake it when a request begins
        head,    // wake it when more of the head arrives
        linger,  // the answer is out, but the peer may still be sending: wake it until it stops
        close,
    };

    /// `services` outlives the connection.
    Connection(Poco::Net::StreamSocket socket,
               Peer peer,
               const SocketStream::Timeouts& timeouts,
               ConnectionServices& services);

    /// Serves every request that has arrived. Blocks only for bodies and for answers.
    [[nodiscard]] Next run();

    /// Answers without a request (the server is full), without waiting; linger or close.
    [[nodiscard]] Next refuse(Fault fault);

    [[nodiscard]] int fd() const noexcept { return stream_.fd(); }

    [[nodiscard]] const Peer& peer() const noexcept { return peer_; }

    /// Requests answered so far.
    [[nodiscard]] std::uint64_t served() const noexcept { return served_; }

private:
    [[nodiscard]] Next serve_arrived(MutableBytes buffer);
    [[nodiscard]] Next discard(MutableBytes buffer);
    [[nodiscard]] Next park(ByteView unparsed);

    /// Serves one parsed or refused head; the size of what is left over, nullopt to end.
    [[nodiscard]] std::optional<std::size_t> serve_one(MutableBytes buffer,
                                                       std::size_t received,
                                                       RequestParser::Outcome outcome);

    Peer peer_;
    ConnectionServices& services_;
    SocketStream stream_;
    RequestParser parser_;
    Bytes carried_;  // the part of a head that has arrived
    std::uint64_t served_ = 0;
    bool lingering_ = false;
    std::uint64_t discarded_bytes_ = 0;
};

}  // namespace alexander::s3::http
