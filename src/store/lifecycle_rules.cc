#include "store/lifecycle_rules.h"

#include "base/error.h"
#include "base/time_format.h"
#include "store/stored_document.h"

#include <algorithm>

namespace alexander {
namespace {

constexpr std::int64_t true_day_seconds = 86'400;

[[noreturn]] void refuse() {
    throw Error(ErrorCode::corrupt, "a stored lifecycle document makes no sense");
}

void read_filter(const DocumentNode& node, LifecycleFilter& filter) {
    if (node.find("Prefix") != nullptr) {
        // Beside And there may be another prefix, which s3d has seen to be part of this one or
        // this one of it: both hold where the longer one does.
        std::string prefix = node.text_of("Prefix");
        if (prefix.size() > filter.prefix.size())
            filter.prefix = std::move(prefix);
    }
    for (const DocumentNode& child : node.children)
        if (child.name == "Tag")
            filter.tags.emplace_back(child.text_of("Key"), child.text_of("Value"));
    if (const auto size = node.number_of("ObjectSizeGreaterThan"))
        filter.larger_than_bytes = static_cast<std::uint64_t>(*size);
    if (const auto size = node.number_of("ObjectSizeLessThan"))
        filter.smaller_than_bytes = static_cast<std::uint64_t>(*size);
    if (const DocumentNode* both = node.find("And"))
        read_filter(*both, filter);
}

void read_expiration(const DocumentNode& node, LifecycleRule& rule) {
    rule.expire_after_days = node.number_of("Days");
    if (node.find("Date") != nullptr) {
        rule.expire_at = parse_iso8601(node.text_of("Date"));
        if (!rule.expire_at)
            refuse();
    }
    rule.expire_lone_markers = node.text_of("ExpiredObjectDeleteMarker") == "true";
}

LifecycleRule read_rule(const DocumentNode& node) {
    LifecycleRule rule;
    rule.id = node.text_of("ID");
    if (node.find("Prefix") != nullptr)
        rule.filter.prefix = node.text_of("Prefix");
    if (const DocumentNode* filter = node.find("Filter"))
        read_filter(*filter, rule.filter);
    if (const DocumentNode* expiration = node.find("Expiration"))
        read_expiration(*expiration, rule);
    if (const DocumentNode* noncurrent = node.find("NoncurrentVersionExpiration")) {
        rule.expire_noncurrent_after_days = noncurrent->number_of("NoncurrentDays");
        rule.keep_newest_noncurrent = noncurrent->number_of("NewerNoncurrentVersions").value_or(0);
    }
    if (const DocumentNode* abort = node.find("AbortIncompleteMultipartUpload"))
        rule.abort_uploads_after_days = abort->number_of("DaysAfterInitiation");
    return rule;
}

}  // namespace

bool LifecycleFilter::fits(std::string_view key, std::uint64_t size_bytes) const {
    return key.starts_with(prefix) && (!larger_than_bytes || size_bytes > *larger_than_bytes) &&
           (!smaller_than_bytes || size_bytes < *smaller_than_bytes);
}

bool LifecycleFilter::fits(const Tags& given) const {
    return std::all_of(tags.begin(), tags.end(), [&](const auto& tag) {
        return std::find(given.begin(), given.end(), tag) != given.end();
    });
}

std::vector<LifecycleRule> read_lifecycle_rules(std::string_view document) {
    const DocumentNode root = read_document(document);
    if (root.name != "LifecycleConfiguration")
        refuse();
    std::vector<LifecycleRule> rules;
    for (const DocumentNode& node : root.children)
        if (node.name == "Rule" && node.text_of("Status") == "Enabled")
            rules.push_back(read_rule(node));
    return rules;
}

Timestamp due_at(Timestamp since, std::int64_t days, std::chrono::seconds day) {
    const Timestamp due{since.seconds + days * day.count(), since.nanoseconds};
    const bool is_midnight = due.seconds % true_day_seconds == 0 && due.nanoseconds == 0;
    if (day.count() != true_day_seconds || is_midnight)
        return due;
    return {(due.seconds / true_day_seconds + 1) * true_day_seconds, 0};
}

}  // namespace alexander
