// A server on loopback with a small handler, and a client that sends bytes as they are.
#pragma once

#include "base/clock.h"
#include "base/random_source.h"
#include "s3d/http/server.h"
#include "s3d/request_boundary.h"

#include <Poco/Net/SocketAddress.h>
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3 {

class TestClient {
public:
    explicit TestClient(std::uint16_t port)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }

    ~TestClient() { ::close(fd_); }

    TestClient(const TestClient&) = delete;
    TestClient& operator=(const TestClient&) = delete;

    void send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    void finish_sending() const { ::shutdown(fd_, SHUT_WR); }

    /// One answer with its body by Content-Length; what was received if the peer closes earlier.
    std::string answer(bool head_only = false) {
        std::size_t wanted = std::string::npos;
        while (true) {
            const std::size_t head = received_.find("\r\n\r\n");
            if (head != std::string::npos && wanted == std::string::npos) {
                const std::size_t field = received_.find("Content-Length: ");
                const std::size_t length =
                    field < head && !head_only ? std::stoul(received_.substr(field + 16)) : 0;
                wanted = head + 4 + length;
            }
            if (received_.size() >= wanted) {
                const std::string whole = received_.substr(0, wanted);
                received_.erase(0, wanted);
                return whole;
            }
            if (!receive())
                return std::exchange(received_, "");
        }
    }

    /// Everything until the peer closes.
    std::string rest() {
        while (receive())
            continue;
        return std::exchange(received_, "");
    }

    /// True if nothing comes within `milliseconds`.
    [[nodiscard]] bool is_silent_for(int milliseconds) const {
        pollfd polled{fd_, POLLIN, 0};
        return received_.empty() && ::poll(&polled, 1, milliseconds) == 0;
    }

private:
    bool receive() {
        pollfd polled{fd_, POLLIN, 0};
        if (::poll(&polled, 1, 5000) <= 0)
            return false;
        char buffer[16384];
        const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
        if (size <= 0)
            return false;
        received_.append(buffer, static_cast<std::size_t>(size));
        return true;
    }

    int fd_;
    std::string received_;
};

/// Answers by path: /echo the body, /noread without reading it, /wait when released, ...
class TestHandler final : public RequestHandler {
public:
    [[nodiscard]] http::Response handle(RequestContext& context) override;

    std::atomic<bool> release{false};
    std::atomic<int> waiting{0};
};

/// Yields `blocks` blocks of 1,000 bytes, and then fails if told so.
class BlockSource final : public http::ByteSource {
public:
    BlockSource(int blocks, bool fails) : left_(blocks), fails_(fails) {}

    [[nodiscard]] ByteView next() override {
        if (left_ == 0 && fails_)
            throw Error(ErrorCode::corrupt, "a chunk is damaged");
        if (left_ == 0)
            return {};
        --left_;
        return as_bytes(block_);
    }

private:
    std::string block_ = std::string(1000, 'b');
    int left_;
    bool fails_;
};

struct ServerFixture {
    explicit ServerFixture(http::ServerSettings settings = {}) : settings_(settings) { start(); }

    ~ServerFixture() { server.reset(); }  // it uses everything else

    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;

    void restart(const http::ServerSettings& settings) {
        server.reset();
        settings_ = settings;
        start();
    }

    [[nodiscard]] TestClient connect() const { return TestClient(server->port()); }

    /// Sends one request and returns its answer.
    [[nodiscard]] std::string ask(std::string_view request) const {
        TestClient client(server->port());
        client.send(request);
        return client.answer();
    }

    [[nodiscard]] std::vector<std::string> log_lines() {
        const std::scoped_lock lock(log_mutex_);
        return log_;
    }

    TestHandler handler;
    std::unique_ptr<http::Server> server;

private:
    void start() {
        server = std::make_unique<http::Server>(
            Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0), 512),
            boundary_,
            settings_);
        server->start();
    }

    void note(const AccessLine& line) {
        const std::scoped_lock lock(log_mutex_);
        log_.push_back(std::string(line.method) + " " + std::string(line.target) + " " +
                       std::to_string(line.status) + " " + std::string(line.error) + " " +
                       std::string(line.detail));
    }

    SystemClock clock_;
    SystemRandom random_;
    std::mutex log_mutex_;
    std::vector<std::string> log_;
    RequestBoundary boundary_{
        {handler, clock_, random_, "test-host", [this](const AccessLine& line) { note(line); }}};
    http::ServerSettings settings_;
};

}  // namespace alexander::s3
