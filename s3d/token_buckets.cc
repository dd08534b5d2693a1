#include "s3d/token_buckets.h"

#include <algorithm>

namespace alexander::s3 {

TokenBuckets::TokenBuckets(Clock& clock, double per_second, double burst)
    : clock_(clock), per_second_(per_second), burst_(std::max(burst, 1.0)) {}

TokenBuckets::Time TokenBuckets::time_for(double tokens) const {
    using Seconds = std::chrono::duration<double>;
    // A day is as good as for ever, and does not overflow.
    const Seconds wait(std::min(tokens / per_second_, 86'400.0));
    return std::chrono::duration_cast<Time>(wait);
}

TokenBuckets::Account& TokenBuckets::refilled(State& state, const std::string& client) {
    const Time now = clock_.monotonic();
    const auto found = state.accounts.find(client);
    if (found == state.accounts.end()) {
        if (state.accounts.size() == most_clients) {
            state.accounts.erase(state.order.back().client);
            state.order.pop_back();
        }
        state.order.push_front({client, burst_, now});
        state.accounts.emplace(client, state.order.begin());
        return state.order.front();
    }
    state.order.splice(state.order.begin(), state.order, found->second);
    Account& account = state.order.front();
    const std::chrono::duration<double> passed = std::max(now - account.at, Time(0));
    account.holds = std::min(burst_, account.holds + passed.count() * per_second_);
    account.at = now;
    return account;
}

std::optional<TokenBuckets::Time> TokenBuckets::take(const std::string& client, double amount) {
    auto state = state_.lock();
    Account& account = refilled(*state, client);
    if (account.holds < amount)
        return time_for(amount - account.holds);
    account.holds -= amount;
    return std::nullopt;
}

TokenBuckets::Time TokenBuckets::overdraw(const std::string& client, double amount) {
    auto state = state_.lock();
    Account& account = refilled(*state, client);
    account.holds -= amount;
    return account.holds < 0 ? time_for(-account.holds) : Time(0);
}

}  // namespace alexander::s3
