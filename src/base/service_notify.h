// Words to the service manager that started this process.
#pragma once

#include <chrono>
#include <string_view>

namespace alexander {

/// Sends a state such as "READY=1" to the socket that NOTIFY_SOCKET names (sd_notify(3)). Nothing
/// happens without one, or if nobody listens: a daemon must run without systemd.
void notify_service_manager(std::string_view state) noexcept;

/// Says that settings are read again, until the next READY=1.
void notify_reloading() noexcept;

/// How often to do what sends WATCHDOG=1: each `usual`, or twice in the time after which the
/// service manager takes this process for hung (WATCHDOG_USEC), if that is sooner.
[[nodiscard]] std::chrono::milliseconds watchdog_period(std::chrono::milliseconds usual);

}  // namespace alexander
