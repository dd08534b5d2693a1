// Which proxies are believed, and what they say of their clients.
#pragma once

#include "access/network.h"
#include "s3d/http/exchange.h"
#include "s3d/http/request.h"

#include <string_view>
#include <vector>

namespace alexander::s3::http {

/// Constant after construction.
class TrustedProxies {
public:
    /// Addresses and networks (`10.0.0.0/8`), separated by commas or blanks; nothing: nobody is
    /// believed. Throws invalid_argument for anything else.
    explicit TrustedProxies(std::string_view list);

    [[nodiscard]] bool trusts(std::string_view address) const;

    /// The client that a request of `direct` comes from, and its Host put to what the client asked
    /// for. Nothing changes unless `direct` is trusted.
    ///
    /// The client is the last address of X-Forwarded-For that is no trusted proxy itself: what
    /// stands before it, anybody may have written. X-Forwarded-Proto says whether it came over TLS.
    [[nodiscard]] Peer resolve(const Peer& direct, Request& request) const;

private:
    std::vector<Network> networks_;
};

}  // namespace alexander::s3::http
