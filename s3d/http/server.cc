#include "s3d/http/server.h"

#include "base/error.h"
#include "base/unique_fd.h"
#include "s3d/http/registry.h"
#include "s3d/http/worker_pool.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>
#include <tuple>

namespace alexander::s3::http {

namespace {

using std::chrono::milliseconds;
using Time = Registry::Time;

constexpr std::size_t buffer_bytes = 256 * 1024;
static_assert(buffer_bytes >= max_head_bytes + receive_step_bytes);
constexpr std::size_t max_lingering_refusals = 256;
constexpr milliseconds linger_timeout{2'000};
constexpr milliseconds sweep_interval{500};
constexpr int worker_idle_milliseconds = 5'000;

std::size_t worker_count(const ServerSettings& settings) {
    if (settings.workers > 0)
        return settings.workers;
    return std::max<std::size_t>(8, 2 * std::size_t{std::thread::hardware_concurrency()});
}

/// The host's default may pace (bbr), which halves transfers over loopback. Accepted sockets
/// inherit it; a kernel without cubic keeps its default.
void prefer_cubic_on_loopback(const Poco::Net::ServerSocket& socket) {
    if (!socket.address().host().isLoopback())
        return;
    static constexpr std::string_view cubic = "cubic";
    std::ignore = ::setsockopt(
        socket.impl()->sockfd(), IPPROTO_TCP, TCP_CONGESTION, cubic.data(), cubic.size());
}

std::string address_text(const Poco::Net::SocketAddress& address) {
    std::string text = address.host().toString();
    static constexpr std::string_view mapped = "::ffff:";
    if (text.starts_with(mapped) && text.find('.') != std::string::npos)
        text.erase(0, mapped.size());
    return text;
}

}  // namespace

struct Server::State {
    State(Poco::Net::ServerSocket listening,
          ExchangeHandler& handler,
          const ServerSettings& wanted,
          TlsIdentity* identity)
        : socket(std::move(listening)),
          tls(identity),
          settings(wanted),
          buffers(buffer_bytes, 2 * worker_count(wanted)),
          services{handler,
                   buffers,
                   [this](int change) { workers.note_blocking(change); },
                   wanted.drain_limit_bytes,
                   settings.proxies},
          registry({wanted.max_connections, max_lingering_refusals}),
          wake(UniqueFd::adopt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))),
          finished(UniqueFd::adopt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))),
          workers(worker_count(wanted), wanted.max_workers, [this] { return step(); }) {
        if (const int error = errno; !wake || !finished)
            throw_os_error("eventfd", error);
        epoll_event event{};
        event.events = EPOLLIN;  // level-triggered: every worker sees it
        event.data.u64 = 0;
        if (::epoll_ctl(registry.epoll_fd(), EPOLL_CTL_ADD, finished.get(), &event) != 0)
            throw_os_error("epoll_ctl", errno);
    }

    void accept_all();
    [[nodiscard]] std::optional<Registry::Entry> accept_one();
    [[nodiscard]] std::optional<Registry::Entry> refuse(std::optional<Registry::Entry> entry);
    void accept_loop();
    [[nodiscard]] WorkerPool::Step step();
    void serve(Registry::Entry entry);

    Poco::Net::ServerSocket socket;
    TlsIdentity* const tls;
    const ServerSettings settings;
    BufferPool buffers;
    ConnectionServices services;
    Registry registry;
    UniqueFd wake;      // the acceptor, to stop
    UniqueFd finished;  // the workers, to end
    WorkerPool workers;
    std::thread acceptor;
    bool started = false;
};

void Server::State::accept_loop() {
    while (!services.stopping) {
        const Time now = std::chrono::steady_clock::now();
        const auto next = registry.close_expired(now);
        const auto wait = next ? std::chrono::ceil<milliseconds>(*next - now) : sweep_interval;
        // With no connection there is nothing to sweep, and the first one wakes this thread.
        const int timeout = registry.counts().connections == 0
                                ? -1
                                : static_cast<int>(std::min(wait, sweep_interval).count());
        std::array<pollfd, 2> polled{
            {{socket.impl()->sockfd(), POLLIN, 0}, {wake.get(), POLLIN, 0}}};
        if (::poll(polled.data(), polled.size(), timeout) > 0 && polled[0].revents != 0)
            accept_all();
    }
}

void Server::State::accept_all() {
    try {
        while (!services.stopping)
            if (auto entry = accept_one())
                registry.add(std::move(*entry));
    } catch (const Poco::TimeoutException&) {
        // Nobody is left to accept.
    } catch (const Poco::Exception&) {
        // A connection that is gone again, or no descriptors: those in use come back.
        std::this_thread::sleep_for(milliseconds(10));
    }
}

/// A new connection, unless there are too many even to be refused.
std::optional<Registry::Entry> Server::State::accept_one() {
    // Poco's sockets share their descriptor when moved: these names for it end before the
    // connection is parked, so that whoever closes the connection closes the descriptor.
    Poco::Net::SocketAddress from;
    Poco::Net::StreamSocket accepted = socket.acceptConnection(from);
    // An answer goes out in one piece; holding back its last packet only delays it.
    accepted.setNoDelay(true);
    if (::fcntl(accepted.impl()->sockfd(), F_SETFD, FD_CLOEXEC) != 0)
        return std::nullopt;
    if (tls != nullptr)
        accepted = tls->secure(accepted);
    Peer peer{address_text(from), tls != nullptr};
    std::optional<Registry::Entry> entry(std::in_place);
    // All clients of a proxy share its address.
    entry->admission = registry.admit(peer.address,
                                      settings.proxies.trusts(peer.address)
                                          ? settings.max_connections
                                          : settings.max_connections_per_address);
    if (entry->admission == Registry::Admission::dropped)
        return std::nullopt;
    entry->connection = std::make_unique<Connection>(
        accepted,
        std::move(peer),
        SocketStream::Timeouts{settings.body_timeout, settings.send_timeout},
        services);
    entry->deadline = std::chrono::steady_clock::now() + settings.head_deadline;
    if (entry->admission == Registry::Admission::refused)
        return refuse(std::move(entry));
    return entry;
}

std::optional<Registry::Entry> Server::State::refuse(std::optional<Registry::Entry> entry) {
    // A TLS handshake could wait for its peer, and this thread must not.
    if (entry->connection->peer().secure) {
        registry.close(std::move(*entry));
        return std::nullopt;
    }
    entry->reason = entry->connection->refuse({S3Code::slow_down, ""});
    entry->deadline = std::chrono::steady_clock::now() + linger_timeout;
    return entry;
}

WorkerPool::Step Server::State::step() {
    epoll_event event{};
    const int ready = ::epoll_wait(registry.epoll_fd(), &event, 1, worker_idle_milliseconds);
    if (ready <= 0)
        return ready == 0 ? WorkerPool::Step::idle : WorkerPool::Step::worked;
    if (event.data.u64 == 0)
        return WorkerPool::Step::finished;
    if (auto entry = registry.take(event.data.u64))
        serve(std::move(*entry));
    return WorkerPool::Step::worked;
}

void Server::State::serve(Registry::Entry entry) {
    const std::uint64_t served = entry.connection->served();
    const Connection::Next before = entry.reason;
    entry.reason = entry.connection->run();
    const Time now = std::chrono::steady_clock::now();
    switch (entry.reason) {
        case Connection::Next::idle:
            // Before its first request (in a TLS handshake) a connection has what a head has.
            if (entry.connection->served() > 0)
                entry.deadline = now + settings.keep_alive_timeout;
            break;
        case Connection::Next::head:
            // A head that was begun keeps its deadline, however it trickles.
            if (before != Connection::Next::head || entry.connection->served() != served)
                entry.deadline = now + settings.head_deadline;
            break;
        case Connection::Next::linger:
            if (before != Connection::Next::linger)
                entry.deadline = now + linger_timeout;
            break;
        case Connection::Next::close:
            registry.close(std::move(entry));
            return;
    }
    registry.park(std::move(entry));
}

Server::Server(Poco::Net::ServerSocket socket,
               ExchangeHandler& handler,
               const ServerSettings& settings,
               TlsIdentity* tls)
    : state_(std::make_unique<State>(std::move(socket), handler, settings, tls)) {}

Server::~Server() {
    stop(milliseconds(0));
}

void Server::start() {
    // A peer that is gone must be an error of one write, not the end of the process.
    std::ignore = std::signal(SIGPIPE, SIG_IGN);
    prefer_cubic_on_loopback(state_->socket);
    state_->socket.setBlocking(false);
    state_->workers.start();
    state_->acceptor = std::thread([this] { state_->accept_loop(); });
    state_->started = true;
}

void Server::stop(milliseconds grace) {
    if (!std::exchange(state_->started, false))
        return;
    const Time deadline = std::chrono::steady_clock::now() + grace;
    state_->services.stopping = true;
    std::ignore = ::eventfd_write(state_->wake.get(), 1);
    state_->acceptor.join();
    state_->socket.close();
    Time now = std::chrono::steady_clock::now();
    do {
        state_->registry.close_idle();
        std::ignore = state_->registry.close_expired(now);
        now = std::chrono::steady_clock::now();
        if (state_->registry.wait_until_empty(std::min(deadline, now + milliseconds(50))))
            break;
    } while (now < deadline);
    state_->registry.cut_all();
    std::ignore = ::eventfd_write(state_->finished.get(), 1);
    state_->workers.join();
}

std::uint16_t Server::port() const {
    return state_->socket.address().port();
}

Server::Load Server::load() const {
    const Registry::Counts counts = state_->registry.counts();
    return {counts.connections, counts.running, state_->workers.size()};
}

}  // namespace alexander::s3::http
