// The HTTP server: Poco sockets, idle connections parked in epoll, few workers.
#pragma once

#include "s3d/http/exchange.h"
#include "s3d/http/forwarded.h"
#include "s3d/http/tls.h"

#include <Poco/Net/ServerSocket.h>

#include <chrono>
#include <cstddef>
#include <memory>

namespace alexander::s3::http {

struct ServerSettings {
    std::size_t workers = 0;             // 0: twice the cores, at least 8
    std::size_t max_workers = 256;       // while others wait for peers or disks
    std::size_t max_connections = 4096;  // beyond: 503 SlowDown
    std::size_t max_connections_per_address = 1024;
    std::chrono::milliseconds head_deadline{10'000};  // for a whole head, from its first byte
    std::chrono::milliseconds keep_alive_timeout{75'000};
    std::chrono::milliseconds send_timeout{60'000};  // without any progress
    std::chrono::milliseconds body_timeout{60'000};  // without a byte of the body
    std::uint64_t drain_limit_bytes = 64 * 1024;     // of a body that was refused unread
    TrustedProxies proxies{""};  // of these, no limit counts connections by address
};

/// Serves connections of one listening socket between start() and stop().
///
/// A connection holds a worker and a buffer only while a request of it runs: not while it idles,
/// and not while its head trickles in. start() and stop() belong to one thread; the handler is
/// called on many.
class Server {
public:
    /// `socket` is bound and listening. `handler` and `tls` outlive the server; without `tls` it
    /// speaks plain HTTP.
    Server(Poco::Net::ServerSocket socket,
           ExchangeHandler& handler,
           const ServerSettings& settings,
           TlsIdentity* tls = nullptr);

    /// Stops at once.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void start();

    /// Accepts no more, closes idle connections, lets running requests finish for `grace`, then
    /// cuts what is left and returns when every thread has ended. Twice is once.
    void stop(std::chrono::milliseconds grace);

    [[nodiscard]] std::uint16_t port() const;

    struct Load {
        std::size_t connections;
        std::size_t running;  // requests
        std::size_t workers;
    };

    [[nodiscard]] Load load() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander::s3::http
