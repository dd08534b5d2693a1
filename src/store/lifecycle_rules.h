// What a bucket's lifecycle rules ask for, read from the document that S3 has checked and stored.
#pragma once

#include "base/clock.h"
#include "store/object_types.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// What a rule means: all that fits everything given here.
struct LifecycleFilter {
    std::string prefix;
    Tags tags;
    std::optional<std::uint64_t> larger_than_bytes;
    std::optional<std::uint64_t> smaller_than_bytes;

    /// True for a key of that size; its tags are another question.
    [[nodiscard]] bool fits(std::string_view key, std::uint64_t size_bytes) const;

    /// True if all the filter's tags are among them.
    [[nodiscard]] bool fits(const Tags& given) const;
};

struct LifecycleRule {
    std::string id;
    LifecycleFilter filter;
    std::optional<std::int64_t> expire_after_days;
    std::optional<Timestamp> expire_at;
    bool expire_lone_markers = false;
    std::optional<std::int64_t> expire_noncurrent_after_days;
    std::int64_t keep_newest_noncurrent = 0;
    std::optional<std::int64_t> abort_uploads_after_days;
};

/// The enabled rules of a LifecycleConfiguration, in order. Throws corrupt for what S3 would never
/// have stored.
[[nodiscard]] std::vector<LifecycleRule> read_lifecycle_rules(std::string_view document);

/// When what began at `since` is `days` old: with days of 24 hours at the midnight (UTC) after
/// that, as in S3, else at once.
[[nodiscard]] Timestamp due_at(Timestamp since, std::int64_t days, std::chrono::seconds day);

}  // namespace alexander
