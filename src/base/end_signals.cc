#include "base/end_signals.h"

#include <cassert>

namespace alexander {

EndSignals::EndSignals(Hangup hangup) : signals_() {
    const bool ignored = ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGTERM);
    ::sigaddset(&signals_, SIGINT);
    if (hangup == Hangup::is_returned)
        ::sigaddset(&signals_, SIGHUP);
    const bool blocked = ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr) == 0;
    assert(ignored && blocked);
}

int EndSignals::wait() const {
    int signal = 0;
    const bool taken = ::sigwait(&signals_, &signal) == 0;
    assert(taken);
    return signal;
}

}  // namespace alexander
