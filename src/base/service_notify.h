// Words to the service manager that started this process.
#pragma once

#include <string_view>

namespace alexander {

/// Sends a state such as "READY=1" to the socket that NOTIFY_SOCKET names (sd_notify(3)). Nothing
/// happens without one, or if nobody listens: a daemon must run without systemd.
void notify_service_manager(std::string_view state) noexcept;

}  // namespace alexander
