// How many requests and bytes a client address and an access key may have in a second.
#pragma once

#include "base/metrics/text.h"
#include "base/settings.h"
#include "s3d/request_context.h"
#include "s3d/token_buckets.h"

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// Too many requests are refused. Bodies are held back, so that a transfer takes as long as it
/// should: a moment for each block, and in a limited number of threads. Where that is not enough,
/// the account is overdrawn, and new requests are refused until it is not.
///
/// Any thread may call any method at any time.
class RateLimits {
public:
    RateLimits(const Settings::RateLimit& settings, Clock& clock);

    /// For a request, before anything else is done with it. Throws slow_down.
    void admit_address(RequestContext& context);

    /// Likewise once its signature is good. From now on bodies count for both.
    void admit_key(RequestContext& context, const std::string& access_key_id);

    void write(MetricsText& text);

private:
    enum Limit : std::size_t { address_requests, address_bytes, key_requests, key_bytes, count };

    void admit(const std::string& client, Limit requests, Limit bytes);
    [[noreturn]] void refuse(Limit limit, TokenBuckets::Time wait);
    void pace(const std::string& client, Limit bytes, RequestContext& context, std::size_t size);
    void hold_back(RequestContext& context, TokenBuckets::Time wait);

    std::array<std::optional<TokenBuckets>, count> buckets_;  // nothing: no limit
    std::array<Counter, count> rejected_;
    Counter paused_nanoseconds_;
    std::atomic<int> pausing_{0};
};

/// What an address counts as: networks of IPv6 are given away whole, so their first half counts.
[[nodiscard]] std::string rate_limit_client(const std::string& address);

}  // namespace alexander::s3
