// Many kept-alive HTTP/1.1 connections driven by one thread.
#pragma once

#include "base/bytes.h"
#include "base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace alexander::bench {

struct Request {
    std::string head;
    ByteView body;  // valid until the reply
};

struct Reply {
    int status = 0;
    std::string body;  // empty unless bodies are kept
};

enum class Bodies : std::uint8_t { discard, keep };

struct LoadOptions {
    std::uint16_t port = 0;  // on 127.0.0.1
    std::size_t connections = 1;
    Bodies bodies = Bodies::discard;  // discard: the kernel drops them without a copy
};

struct LoadResult {
    std::uint64_t operations = 0;
    std::uint64_t received_bytes = 0;  // of bodies
    double seconds = 0;                // from the first request to the last reply
    std::vector<double> latencies;     // seconds, sorted
};

/// Asked for each next request of a connection with the reply to its last one (nothing at first);
/// nothing ends the connection's work.
using NextRequest =
    std::function<std::optional<Request>(std::size_t connection, const Reply* last)>;

/// Connections stay open until it is destroyed. Every failure, and any status but 200, throws.
class LoadClient {
public:
    explicit LoadClient(const LoadOptions& options);

    [[nodiscard]] LoadResult run(const NextRequest& next);

private:
    struct Connection {
        UniqueFd fd;
        Request request;
        std::size_t sent = 0;
        std::string head;  // of the reply, as far as it came
        std::uint64_t body_left = 0;
        bool in_body = false;
        bool wants_write = false;
        Reply reply;
        std::chrono::steady_clock::time_point started;
    };

    void start(std::size_t index, const Reply* last);
    void send(std::size_t index);
    void receive(std::size_t index);
    [[nodiscard]] std::size_t read_some(Connection& connection);
    void take_head(Connection& connection, std::size_t received);
    void finish(std::size_t index);
    void watch(std::size_t index, bool write);

    LoadOptions options_;
    UniqueFd epoll_;
    std::vector<Connection> connections_;
    std::string buffer_;
    const NextRequest* next_ = nullptr;
    std::size_t busy_ = 0;
    LoadResult result_;
};

}  // namespace alexander::bench
