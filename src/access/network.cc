#include "access/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <string>

namespace alexander {

namespace {

constexpr unsigned ipv4_prefix_bits = 96;

std::optional<Network> parse_address(const std::string& text) {
    Network network;
    in_addr four{};
    if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
        network.is_ipv4 = true;
        network.address[10] = network.address[11] = 0xFF;
        std::memcpy(&network.address[12], &four, sizeof four);
        return network;
    }
    if (::inet_pton(AF_INET6, text.c_str(), network.address.data()) != 1)
        return std::nullopt;
    return network;
}

}  // namespace

bool Network::contains(const Network& other) const {
    if (other.prefix_bits < prefix_bits)
        return false;
    for (unsigned bit = 0; bit < prefix_bits; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
        if (((address[bit / 8] ^ other.address[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

std::optional<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    std::optional<Network> network = parse_address(std::string(text.substr(0, slash)));
    if (!network || slash == std::string_view::npos)
        return network;
    const std::string_view prefix = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, fault] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
    const unsigned above = network->is_ipv4 ? ipv4_prefix_bits : 0;
    if (fault != std::errc() || end != prefix.data() + prefix.size() || above + bits > 128)
        return std::nullopt;
    network->prefix_bits = above + bits;
    return network;
}

}  // namespace alexander
