#include "s3d/http/registry.h"

#include "base/error.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace alexander::s3::http {

namespace {

bool has_arrived(int fd) {
    char byte = 0;
    return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

Registry::Registry(const Limits& limits)
    : limits_(limits), epoll_(UniqueFd::adopt(::epoll_create1(EPOLL_CLOEXEC))) {
    if (const int error = errno; !epoll_)
        throw_os_error("epoll_create1", error);
}

Registry::Admission Registry::admit(const std::string& address, std::size_t per_address) {
    auto state = state_.lock();
    auto found = state->by_address.find(address);
    const std::size_t from_there = found == state->by_address.end() ? 0 : found->second;
    if (state->open < limits_.connections && from_there < per_address) {
        ++state->open;
        ++state->by_address[address];
        return Admission::admitted;
    }
    if (state->refused == limits_.lingering)
        return Admission::dropped;
    ++state->refused;
    return Admission::refused;
}

void Registry::forget(State& state, const Entry& gone) {
    if (gone.admission == Admission::refused) {
        --state.refused;
    } else {
        --state.open;
        const auto count = state.by_address.find(gone.connection->peer().address);
        if (--count->second == 0)
            state.by_address.erase(count);
    }
    if (state.open + state.refused == 0)
        emptied_.notify_all();
}

/// Arms under the lock: the descriptor cannot be closed and reused before that.
void Registry::park_with(State& state, Entry entry, int operation) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
    event.data.u64 = entry.id;
    if (::epoll_ctl(epoll_.get(), operation, entry.connection->fd(), &event) == 0) {
        state.parked.emplace(entry.id, std::move(entry));
        return;
    }
    forget(state, entry);
}

void Registry::add(Entry entry) {
    auto state = state_.lock();
    entry.id = ++state->last_id;
    park_with(*state, std::move(entry), EPOLL_CTL_ADD);
}

void Registry::park(Entry entry) {
    auto state = state_.lock();
    state->running.erase(entry.id);
    park_with(*state, std::move(entry), EPOLL_CTL_MOD);
}

std::optional<Registry::Entry> Registry::take(std::uint64_t id) {
    auto state = state_.lock();
    const auto found = state->parked.find(id);
    if (found == state->parked.end())
        return std::nullopt;
    std::optional<Entry> taken(std::move(found->second));
    state->parked.erase(found);
    state->running.emplace(id, taken->connection->fd());
    return taken;
}

void Registry::close(Entry taken) {
    auto state = state_.lock();
    state->running.erase(taken.id);
    forget(*state, taken);
}

std::vector<Registry::Entry> Registry::extract(State& state,
                                               const std::function<bool(const Entry&)>& wanted) {
    std::vector<Entry> extracted;
    for (auto it = state.parked.begin(); it != state.parked.end();) {
        if (!wanted(it->second)) {
            ++it;
            continue;
        }
        extracted.push_back(std::move(it->second));
        it = state.parked.erase(it);
    }
    return extracted;
}

std::optional<Registry::Time> Registry::close_expired(Time now) {
    std::vector<Entry> expired;  // closed after the lock is released
    auto state = state_.lock();
    expired = extract(*state, [&](const Entry& entry) { return entry.deadline <= now; });
    std::optional<Time> next;
    for (const Entry& entry : expired)
        forget(*state, entry);
    for (const auto& [id, entry] : state->parked)
        next = next ? std::min(*next, entry.deadline) : entry.deadline;
    return next;
}

void Registry::close_idle() {
    std::vector<Entry> idle;
    auto state = state_.lock();
    idle = extract(*state, [](const Entry& entry) {
        return entry.reason != Connection::Next::linger && !has_arrived(entry.connection->fd());
    });
    for (const Entry& entry : idle)
        forget(*state, entry);
}

void Registry::cut_all() {
    std::vector<Entry> parked;
    auto state = state_.lock();
    parked = extract(*state, [](const Entry&) { return true; });
    for (const Entry& entry : parked)
        forget(*state, entry);
    for (const auto& [id, fd] : state->running)
        std::ignore = ::shutdown(fd, SHUT_RDWR);  // fails only if the peer was faster
}

bool Registry::wait_until_empty(Time deadline) {
    auto state = state_.lock();
    return state.wait_until(
        emptied_, deadline, [](const State& s) { return s.open + s.refused == 0; });
}

Registry::Counts Registry::counts() {
    auto state = state_.lock();
    return {state->open + state->refused, state->running.size()};
}

}  // namespace alexander::s3::http
