// Addresses and networks, IPv4 and IPv6.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace alexander {

/// `10.0.0.0/8`, `2001:db8::/32`, or one address.
struct Network {
    std::array<std::uint8_t, 16> address{};  // IPv4 in the form of ::ffff:0:0/96
    unsigned prefix_bits = 128;              // of the 128
    bool is_ipv4 = false;

    [[nodiscard]] bool contains(const Network& other) const;
};

[[nodiscard]] std::optional<Network> parse_network(std::string_view text);

}  // namespace alexander
