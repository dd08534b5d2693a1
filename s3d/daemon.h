// The daemon's life between start and signal.
#pragma once

#include "base/end_signals.h"
#include "store/local_store.h"

#include <functional>

namespace alexander::s3 {

/// Serves until `ends` has a signal, then finishes running requests within
/// server.shutdown_timeout_seconds. Tells systemd when it is ready, and feeds its watchdog.
/// SIGHUP reloads what `read_settings` says. Returns the exit status.
/// Throws device_error if the address cannot be had.
[[nodiscard]] int serve(const Settings& settings,
                        LocalStore& local,
                        Logger& log,
                        const EndSignals& ends,
                        const std::function<Settings()>& read_settings);

}  // namespace alexander::s3
