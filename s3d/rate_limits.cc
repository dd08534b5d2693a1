#include "s3d/rate_limits.h"

#include "access/network.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <thread>

namespace alexander::s3 {

namespace {

// A block of a body waits so long at most, and in so many threads at a time.
constexpr std::chrono::seconds longest_pause{5};
constexpr int most_pausing = 32;

constexpr std::array<std::string_view, 4> limit_names{
    "address_requests", "address_bytes", "key_requests", "key_bytes"};

std::int64_t whole_seconds(TokenBuckets::Time wait) {
    return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
}

}  // namespace

std::string rate_limit_client(const std::string& address) {
    const auto network = parse_network(address);
    if (!network || network->is_ipv4)
        return address;
    const auto* const bytes = reinterpret_cast<const char*>(network->address.data());
    return {bytes, network->address.size() / 2};
}

RateLimits::RateLimits(const Settings::RateLimit& settings, Clock& clock) {
    const std::array<std::uint64_t, count> rates{settings.address_requests,
                                                 settings.address_bytes,
                                                 settings.key_requests,
                                                 settings.key_bytes};
    for (std::size_t i = 0; i < count; ++i)
        if (const auto rate = static_cast<double>(rates[i]); rate > 0)
            buckets_[i].emplace(clock, rate, rate * static_cast<double>(settings.burst));
}

void RateLimits::refuse(Limit limit, TokenBuckets::Time wait) {
    rejected_[limit].add();
    throw S3Error(S3Code::slow_down)
        .with_header("Retry-After", std::to_string(whole_seconds(wait)));
}

void RateLimits::admit(const std::string& client, Limit requests, Limit bytes) {
    // An account that pauses can settle is no reason to refuse.
    if (buckets_[bytes])
        if (const auto wait = buckets_[bytes]->overdraw(client, 0); wait > longest_pause)
            refuse(bytes, wait);
    if (buckets_[requests])
        if (const auto wait = buckets_[requests]->take(client, 1))
            refuse(requests, *wait);
}

void RateLimits::admit_address(RequestContext& context) {
    if (!buckets_[address_requests] && !buckets_[address_bytes])
        return;
    const std::string client = rate_limit_client(context.peer().address);
    admit(client, address_requests, address_bytes);
    if (buckets_[address_bytes])
        context.add_pace([this, &context, client](std::size_t size) {
            pace(client, address_bytes, context, size);
        });
}

void RateLimits::admit_key(RequestContext& context, const std::string& access_key_id) {
    if (!buckets_[key_requests] && !buckets_[key_bytes])
        return;
    admit(access_key_id, key_requests, key_bytes);
    if (buckets_[key_bytes])
        context.add_pace([this, &context, access_key_id](std::size_t size) {
            pace(access_key_id, key_bytes, context, size);
        });
}

void RateLimits::pace(const std::string& client,
                      Limit bytes,
                      RequestContext& context,
                      std::size_t size) {
    const auto wait = buckets_[bytes]->overdraw(client, static_cast<double>(size));
    if (wait.count() > 0)
        hold_back(context, std::min<TokenBuckets::Time>(wait, longest_pause));
}

void RateLimits::hold_back(RequestContext& context, TokenBuckets::Time wait) {
    if (++pausing_ <= most_pausing) {
        const auto waiting = context.about_to_be_held_back();
        std::this_thread::sleep_for(wait);
        paused_nanoseconds_.add(static_cast<std::uint64_t>(wait.count()));
    }
    --pausing_;
}

void RateLimits::write(MetricsText& text) {
    for (std::size_t i = 0; i < count; ++i)
        text.add("alexander_ratelimit_rejected_total", rejected_[i], {{"limit", limit_names[i]}});
    text.add("alexander_ratelimit_paused_seconds_total",
             static_cast<double>(paused_nanoseconds_.value()) / 1e9);
    std::size_t clients = 0;
    for (auto& buckets : buckets_)
        clients += buckets ? buckets->clients() : 0;
    text.add("alexander_ratelimit_clients", static_cast<double>(clients));
}

}  // namespace alexander::s3
