// SIGTERM and SIGINT as something to wait for.
#pragma once

#include <signal.h>

#include <cstdint>

namespace alexander {

/// Blocks the signals that end a daemon, in this thread and every one it starts later, so that
/// only wait() takes them. Make one in main before anything that starts a thread. SIGPIPE is
/// ignored from then on: a peer that is gone is an error of that write.
class EndSignals {
public:
    /// What SIGHUP is: a signal that ends, by the system's default, or one that wait() returns.
    enum class Hangup : std::uint8_t { ends, is_returned };

    explicit EndSignals(Hangup hangup = Hangup::ends);

    /// Returns the signal that asks the program to end, or SIGHUP if that was wanted.
    [[nodiscard]] int wait() const;

private:
    sigset_t signals_;
};

}  // namespace alexander
