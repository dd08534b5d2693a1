// A server that answers as a test says, once for each entry, and remembers what it was asked.
#pragma once

#include "base/unique_fd.h"
#include "s3client/client.h"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace alexander::s3client {

/// Each entry is one connection's whole answer, sent when a request and its body have come; then
/// the connection is closed. An empty one closes it without an answer.
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers)
        : socket_(UniqueFd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))),
          answers_(std::move(answers)) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_.get(), 16) == 0);
        REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }

    ~ScriptedServer() { stop(); }

    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Heads and bodies that came. Stops the server: to be asked when the client has had its last
    /// answer.
    [[nodiscard]] const std::vector<std::string>& requests() {
        stop();
        return requests_;
    }

private:
    void stop() {
        if (!thread_.joinable())
            return;
        ::shutdown(socket_.get(), SHUT_RDWR);
        thread_.join();
    }

    void serve() {
        for (const std::string& answer : answers_) {
            const UniqueFd one =
                UniqueFd::adopt(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!one)
                return;
            requests_.push_back(take(one.get()));
            std::size_t done = 0;
            while (done < answer.size()) {
                const ssize_t count =
                    ::send(one.get(), answer.data() + done, answer.size() - done, MSG_NOSIGNAL);
                if (count <= 0)
                    break;
                done += static_cast<std::size_t>(count);
            }
            ::shutdown(one.get(), SHUT_RDWR);
        }
    }

    static std::string take(int fd) {
        std::string text;
        std::array<char, 65536> part{};
        while (!is_whole(text)) {
            const ssize_t count = ::recv(fd, part.data(), part.size(), 0);
            if (count <= 0)
                break;
            text.append(part.data(), static_cast<std::size_t>(count));
        }
        return text;
    }

    static bool is_whole(const std::string& text) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string::npos)
            return false;
        const std::size_t at = text.find("Content-Length: ");
        const std::size_t size =
            at < end ? static_cast<std::size_t>(std::strtoull(text.c_str() + at + 16, nullptr, 10))
                     : 0;
        return text.size() >= end + 4 + size;
    }

    UniqueFd socket_;
    std::vector<std::string> answers_;
    std::uint16_t port_ = 0;
    std::vector<std::string> requests_;
    std::thread thread_;
};

/// An answer with its length; `head` is of more header lines, each with its end.
inline std::string answer(const std::string& status,
                          const std::string& body,
                          const std::string& head = "") {
    return "HTTP/1.1 " + status + "\r\n" + head +
           "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

inline std::string refusal(const std::string& status, const std::string& code) {
    return answer(status, "<Error><Code>" + code + "</Code><Message>because</Message></Error>");
}

/// A client of such a server that does not really wait.
struct ScriptedClient {
    explicit ScriptedClient(const ScriptedServer& server, int attempts = 4)
        : client(options(server, attempts), credentials(), clock, random) {}

    ClientOptions options(const ScriptedServer& server, int attempts) {
        ClientOptions made;
        made.connection.endpoint = {Scheme::http, "127.0.0.1", server.port()};
        made.connection.timeout = std::chrono::seconds(20);
        made.attempts = attempts;
        made.sleep = [this](std::chrono::milliseconds time) { pauses.push_back(time); };
        return made;
    }

    static Credentials credentials() {
        return {"AKEXAMPLE", SecretText("a secret of the test"), ""};
    }

    std::vector<std::chrono::milliseconds> pauses;
    SystemClock clock;
    SystemRandom random;
    Client client;
};

}  // namespace alexander::s3client
