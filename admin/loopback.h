// Plain requests to a server of this machine, for probing it. Nothing is retried.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace alexander::admin {

enum class Connection : std::uint8_t { refused, timed_out, accepted };

struct HttpAnswer {
    Connection connection = Connection::refused;
    int status = 0;  // 0: what came is no HTTP
    std::string server;
    std::string body;
};

/// Connects to the first address of the host that takes it, sends one GET without authentication
/// and reads at most 64 KiB of the answer. Throws invalid_argument for a host that has no address.
[[nodiscard]] HttpAnswer probe_http(const std::string& host,
                                    std::uint16_t port,
                                    const std::string& target,
                                    std::chrono::seconds patience);

/// Nothing if the address could be bound, else why not.
[[nodiscard]] std::optional<std::string> why_not_bindable(const std::string& host,
                                                          std::uint16_t port);

}  // namespace alexander::admin
