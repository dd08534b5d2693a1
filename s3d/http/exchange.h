// One request and its answer, as the layer above HTTP sees them.
#pragma once

#include "base/error.h"
#include "s3d/http/body_reader.h"
#include "s3d/http/request_parser.h"
#include "s3d/http/response.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace alexander::s3::http {

/// Says that the thread is about to wait for something that is not the CPU (a disk sync, another
/// thread's commit), so that another worker may run meanwhile. Cheap; nests.
class BlockingScope {
public:
    using Hook = std::function<void(int)>;  // +1 on entry, -1 on leaving

    /// What the wait took is added to `spent`, unless that is nullptr.
    explicit BlockingScope(const Hook& hook, std::chrono::nanoseconds* spent = nullptr)
        : hook_(hook), spent_(spent), began_(std::chrono::steady_clock::now()) {
        hook_(1);
    }

    ~BlockingScope() {
        hook_(-1);
        if (spent_ != nullptr)
            *spent_ += std::chrono::steady_clock::now() - began_;
    }

    BlockingScope(const BlockingScope&) = delete;
    BlockingScope& operator=(const BlockingScope&) = delete;

private:
    const Hook& hook_;
    std::chrono::nanoseconds* const spent_;
    const std::chrono::steady_clock::time_point began_;
};

/// Where the time of an exchange went.
struct ExchangeTimes {
    std::chrono::nanoseconds until_answer{0};  // its head was sent; 0: it was not
    std::chrono::nanoseconds waiting_for_store{0};
    std::chrono::nanoseconds waiting_for_request{0};  // for the peer to send
    std::chrono::nanoseconds waiting_for_client{0};   // for the peer to take
    std::chrono::nanoseconds held_back{0};            // by a limit
};

/// Where an exchange happens.
struct Peer {
    std::string address;  // without port
    bool secure = false;  // over TLS
};

/// Lives while one worker serves one request. One thread at a time.
class Exchange {
public:
    struct Parts {
        const Request& request;
        const Fault* fault;  // set: the head was refused, and request holds what could be read
        BodyReader& body;
        Stream& stream;
        const Peer& peer;
        const BlockingScope::Hook& blocking;
        const std::atomic<bool>& stopping;  // then no connection is kept
        std::uint64_t drain_limit_bytes;
    };

    explicit Exchange(const Parts& parts);

    [[nodiscard]] const Request& request() const noexcept { return parts_.request; }

    /// Why the head was refused or the connection is unwanted; nullptr for a good request.
    [[nodiscard]] const Fault* fault() const noexcept { return parts_.fault; }

    [[nodiscard]] BodyReader& body() noexcept { return parts_.body; }

    [[nodiscard]] const Peer& peer() const noexcept { return parts_.peer; }

    [[nodiscard]] BlockingScope about_to_block() {
        return BlockingScope(parts_.blocking, &times_.waiting_for_store);
    }

    /// The same for a pause that a limit asks for.
    [[nodiscard]] BlockingScope about_to_be_held_back() {
        return BlockingScope(parts_.blocking, &times_.held_back);
    }

    /// `pace` is called with the size of each block of both bodies, and may wait; those given
    /// before are called too. Whatever it refers to lives until the answer is sent.
    void add_pace(Pace pace);

    [[nodiscard]] ExchangeTimes times() const noexcept;

    /// Sends the answer, once. What the source throws passes through: before the head is sent
    /// (head_sent() is false) another answer can still be given. Throws ConnectionLost.
    void send(Response& response);

    [[nodiscard]] bool head_sent() const noexcept { return head_sent_; }

    /// True once the whole answer is on its way.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

    /// True if the connection may serve another request.
    [[nodiscard]] bool keeps_alive() const noexcept { return complete_ && keep_alive_; }

    [[nodiscard]] std::uint64_t sent_body_bytes() const noexcept { return sent_; }

    [[nodiscard]] int status() const noexcept { return status_; }

private:
    void send_small(std::string_view head, ByteView body);
    void stream_body(std::string_view head, Response& response, Coding coding, ByteView first);
    [[nodiscard]] bool can_keep_alive(const Response& response) noexcept;

    void pace(std::size_t size);

    Parts parts_;
    Pace pace_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    const StreamWaits waits_before_;
    ExchangeTimes times_;
    bool head_sent_ = false;
    bool complete_ = false;
    bool keep_alive_ = false;
    std::uint64_t sent_ = 0;
    int status_ = 0;
};

/// What the server calls for each request, on any of its workers.
class ExchangeHandler {
public:
    virtual ~ExchangeHandler() = default;

    /// Answers one exchange, whatever happens. If it returns without a complete answer, the
    /// connection is closed.
    virtual void serve(Exchange& exchange) noexcept = 0;
};

}  // namespace alexander::s3::http
