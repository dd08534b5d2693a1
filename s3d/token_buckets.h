// One limit for many clients, each with an account of its own.
#pragma once

#include "base/clock.h"
#include "base/guarded.h"

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace alexander::s3 {

/// Accounts that fill at a steady rate up to a burst, and may be overdrawn.
///
/// At most `most_clients` are remembered; who was not seen for longest is forgotten first, which is
/// somebody whose account is full, unless more clients than that are busy at once.
/// Any thread may call any method at any time.
class TokenBuckets {
public:
    static constexpr std::size_t most_clients = 16'384;

    /// `per_second` above 0. A new account holds `burst`, at least one.
    TokenBuckets(Clock& clock, double per_second, double burst);

    using Time = std::chrono::nanoseconds;

    /// Takes `amount` if the account holds it; otherwise nothing, and says how long until it does.
    [[nodiscard]] std::optional<Time> take(const std::string& client, double amount);

    /// Takes it in any case; says how long until the account is not overdrawn.
    Time overdraw(const std::string& client, double amount);

    [[nodiscard]] std::size_t clients() { return state_.lock()->accounts.size(); }

private:
    struct Account {
        std::string client;
        double holds;
        Time at;
    };

    struct State {
        std::list<Account> order;  // seen last first
        std::unordered_map<std::string, std::list<Account>::iterator> accounts;
    };

    Account& refilled(State& state, const std::string& client);
    [[nodiscard]] Time time_for(double tokens) const;

    Clock& clock_;
    const double per_second_;
    const double burst_;
    Guarded<State> state_;
};

}  // namespace alexander::s3
