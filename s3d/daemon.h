// The daemon's life between start and signal.
#pragma once

#include "base/end_signals.h"
#include "store/local_store.h"

namespace alexander::s3 {

/// Serves until `ends` has a signal, then finishes running requests within
/// server.shutdown_timeout_seconds. Tells systemd when it is ready. Returns the exit status.
/// Throws device_error if the address cannot be had.
[[nodiscard]] int serve(const Settings& settings,
                        LocalStore& local,
                        Logger& log,
                        const EndSignals& ends);

}  // namespace alexander::s3
