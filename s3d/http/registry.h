// Every connection of a server: who is parked, who runs, and how many come from where.
#pragma once

#include "base/guarded.h"
#include "base/unique_fd.h"
#include "s3d/http/connection.h"

#include <sys/epoll.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace alexander::s3::http {

/// A taken connection is running, in the words below. Parked connections wait in epoll, each armed
/// for one event; whoever gets the event takes the connection out by its id, so an event for one
/// that was closed meanwhile finds nothing. Any thread may call any method at any time.
class Registry {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Limits {
        std::size_t connections;
        std::size_t lingering;  // refused ones that may wait for their peer to read
    };

    enum class Admission : std::uint8_t { admitted, refused, dropped };

    struct Entry {
        std::uint64_t id = 0;
        std::unique_ptr<Connection> connection;
        Admission admission = Admission::admitted;
        Connection::Next reason = Connection::Next::head;  // why it is parked
        Time deadline;
    };

    explicit Registry(const Limits& limits);

    /// Counts a new connection, of an address that may have `per_address` at a time. `refused` ones
    /// count apart, and `dropped` ones not at all.
    [[nodiscard]] Admission admit(const std::string& address, std::size_t per_address);

    /// Parks a connection that was admitted or refused. A failure closes it.
    void add(Entry entry);

    /// Parks a connection that was taken, for `reason` and until `deadline` in the entry.
    void park(Entry entry);

    /// Takes the connection of an event; nullopt if it is gone.
    [[nodiscard]] std::optional<Entry> take(std::uint64_t id);

    /// Ends a connection that was taken.
    void close(Entry taken);

    /// Closes what has waited past its deadline; the next deadline.
    std::optional<Time> close_expired(Time now);

    /// Closes every parked connection on which nothing has arrived.
    void close_idle();

    /// Makes the waits of running connections fail, and closes the parked ones.
    void cut_all();

    /// False if some connection is left at `deadline`.
    [[nodiscard]] bool wait_until_empty(Time deadline);

    [[nodiscard]] int epoll_fd() const noexcept { return epoll_.get(); }

    struct Counts {
        std::size_t connections;
        std::size_t running;
    };

    [[nodiscard]] Counts counts();

private:
    struct State {
        std::uint64_t last_id = 0;
        std::unordered_map<std::uint64_t, Entry> parked;
        std::unordered_map<std::uint64_t, int> running;  // file descriptors
        std::unordered_map<std::string, std::size_t> by_address;
        std::size_t open = 0;
        std::size_t refused = 0;
    };

    void forget(State& state, const Entry& gone);
    void park_with(State& state, Entry entry, int operation);
    [[nodiscard]] static std::vector<Entry> extract(
        State& state, const std::function<bool(const Entry&)>& wanted);

    Limits limits_;
    UniqueFd epoll_;
    Guarded<State> state_;
    std::condition_variable emptied_;
};

}  // namespace alexander::s3::http
