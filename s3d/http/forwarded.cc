#include "s3d/http/forwarded.h"

#include "base/error.h"

#include <algorithm>
#include <string>

namespace alexander::s3::http {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trim(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// The items of every field of that name, in order.
std::vector<std::string_view> items_of(const Request& request, std::string_view name) {
    std::vector<std::string_view> items;
    for (const Header& header : request.headers) {
        if (header.name != name)
            continue;
        std::string_view rest = header.value;
        while (true) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            items.push_back(trim(rest.substr(0, comma)));
            if (comma == rest.size())
                break;
            rest.remove_prefix(comma + 1);
        }
    }
    return items;
}

// Some proxies add the client's port: `192.0.2.1:1234`, `[2001:db8::1]:1234`.
std::string_view without_port(std::string_view item) {
    if (item.starts_with('[')) {
        const std::size_t end = item.find(']');
        return end == std::string_view::npos ? item : item.substr(1, end - 1);
    }
    const std::size_t colon = item.find(':');
    return colon != std::string_view::npos && colon == item.rfind(':') ? item.substr(0, colon)
                                                                       : item;
}

bool is_address(std::string_view text) {
    return text.find('/') == std::string_view::npos && parse_network(text).has_value();
}

bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') ||
               std::string_view(".-_:[]").find(letter) != std::string_view::npos;
    });
}

void set_host(Request& request) {
    // With several proxies, the first item is what the client asked the first one for.
    const auto hosts = items_of(request, "x-forwarded-host");
    if (hosts.empty() || !is_host(hosts.front()))
        return;
    for (Header& header : request.headers)
        if (header.name == "host")
            header.value = hosts.front();
}

bool is_secure(const Request& request, bool otherwise) {
    const auto schemes = items_of(request, "x-forwarded-proto");
    if (schemes.empty())
        return otherwise;
    if (schemes.back() == "https" || schemes.back() == "HTTPS")
        return true;
    return false;
}

}  // namespace

TrustedProxies::TrustedProxies(std::string_view list) {
    constexpr std::string_view separators = ", \t";
    while (true) {
        list.remove_prefix(std::min(list.find_first_not_of(separators), list.size()));
        if (list.empty())
            return;
        const std::string_view item = list.substr(0, list.find_first_of(separators));
        list.remove_prefix(item.size());
        const auto network = parse_network(item);
        if (!network)
            throw Error(ErrorCode::invalid_argument,
                        "server.trusted_proxies: \"" + std::string(item) +
                            "\" is no address and no network such as 10.0.0.0/8");
        networks_.push_back(*network);
    }
}

bool TrustedProxies::trusts(std::string_view address) const {
    if (networks_.empty())
        return false;
    const auto asked = parse_network(address);
    return asked && std::ranges::any_of(networks_, [&](const Network& network) {
               return network.contains(*asked);
           });
}

Peer TrustedProxies::resolve(const Peer& direct, Request& request) const {
    if (!trusts(direct.address))
        return direct;
    Peer client = direct;
    client.secure = is_secure(request, direct.secure);
    set_host(request);
    const auto addresses = items_of(request, "x-forwarded-for");
    for (auto item = addresses.rbegin(); item != addresses.rend(); ++item) {
        const std::string_view address = without_port(*item);
        if (!is_address(address))
            break;
        client.address = address;
        if (!trusts(address))
            break;
    }
    return client;
}

}  // namespace alexander::s3::http
