// A small HTTP server for what operators ask: metrics and health. Not for clients' data.
// Why not a library, and why not s3d's server: docs/adr/0030-own-metrics.md.
#pragma once

#include "base/logging.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <thread>

namespace alexander {

struct StatusRequest {
    std::string method;         // GET or HEAD
    std::string path;           // of the target, as sent, without its query
    std::string authorization;  // the header's value, empty if there is none
};

struct StatusAnswer {
    int status = 200;
    std::string content_type;
    std::string body;
};

/// Answers one request a connection, on one thread.
///
/// At most 16 connections are open at a time; each has five seconds for its request, 8 KiB in all,
/// and as long for its answer. Anything but a well-formed GET or HEAD is refused.
class StatusListener {
public:
    /// Called on the listener's thread. It may throw: that is 500, and logged.
    using Handler = std::function<StatusAnswer(const StatusRequest&)>;

    /// Listens from now on; port 0 takes any free one. Throws device_error, naming `setting`, if
    /// the address cannot be had.
    StatusListener(const std::string& host,
                   std::uint16_t port,
                   const std::string& setting,
                   Handler handler,
                   Logger& log);

    /// Ends at once.
    ~StatusListener();
    StatusListener(const StatusListener&) = delete;
    StatusListener& operator=(const StatusListener&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    struct Client;

    void run();
    void accept_all();
    void move(Client& client, short events);
    void receive(Client& client);
    void send(Client& client);
    [[nodiscard]] std::string answer(std::string_view head) noexcept;

    const Handler handler_;
    Logger& log_;
    UniqueFd socket_;
    UniqueFd wake_;
    std::uint16_t port_ = 0;
    std::list<Client> clients_;  // of the thread
    std::thread thread_;         // last: it uses everything above
};

}  // namespace alexander
