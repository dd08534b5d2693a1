#include "s3d/expiration_header.h"

#include "base/time_format.h"
#include "s3d/bucket_rules.h"

namespace alexander::s3 {

namespace {

constexpr std::chrono::seconds full_day{86'400};

std::optional<Timestamp> due(const alexander::LifecycleRule& rule, Timestamp modified) {
    if (rule.expire_after_days)
        return due_at(modified, *rule.expire_after_days, full_day);
    return rule.expire_at;
}

bool has_rules(const Call& call) {
    return call.rules != nullptr && !call.rules->lifecycle.empty();
}

}  // namespace

void add_expiration_header(http::Response& response,
                           const Call& call,
                           std::uint64_t size_bytes,
                           Timestamp modified,
                           const Tags& tags) {
    if (!has_rules(call))
        return;
    const alexander::LifecycleRule* first = nullptr;
    std::optional<Timestamp> when;
    for (const alexander::LifecycleRule& rule : call.rules->lifecycle) {
        const auto time = due(rule, modified);
        const bool fits = rule.filter.fits(call.key, size_bytes) && rule.filter.fits(tags);
        if (!time || !fits || (when && *when <= *time))
            continue;
        first = &rule;
        when = time;
    }
    if (first != nullptr)
        response.set("x-amz-expiration",
                     "expiry-date=\"" + format_http_date(*when) + "\", rule-id=\"" +
                         percent_encode(first->id, Slash::encode) + "\"");
}

void add_expiration_header(http::Response& response, const Call& call) {
    if (!has_rules(call))
        return;
    const auto object = call.service.store.objects().find(call.bucket_name, call.key, std::nullopt);
    if (object && !object->is_marker && object->attributes)
        add_expiration_header(
            response, call, object->size_bytes, object->modified, object->attributes->tags);
}

}  // namespace alexander::s3
