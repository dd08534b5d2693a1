// Lifecycle rules of a bucket: what goes away by itself, and when.
#pragma once

#include "s3d/xml/reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace alexander::s3 {

/// Which objects a rule means: all that fit everything given here.
struct LifecycleFilter {
    std::string prefix;
    std::vector<std::pair<std::string, std::string>> tags;
    std::optional<std::uint64_t> larger_than_bytes;
    std::optional<std::uint64_t> smaller_than_bytes;
};

struct LifecycleRule {
    std::string id;
    bool enabled = false;
    LifecycleFilter filter;
    std::optional<std::int64_t> expire_after_days;
    std::optional<std::int64_t> expire_at_seconds;  // since 1970, a midnight
    bool expire_lone_markers = false;
    std::optional<std::int64_t> expire_noncurrent_after_days;
    std::int64_t keep_newest_noncurrent = 0;
    std::optional<std::int64_t> abort_uploads_after_days;
};

/// Throws malformed_xml, invalid_argument and invalid_request as S3 does, and invalid_storage_class
/// for transitions: there is one class here. Rules without an ID get one in the answer's order.
[[nodiscard]] std::vector<LifecycleRule> parse_lifecycle(const xml::Element& root);

/// The same document with an ID in every rule.
[[nodiscard]] xml::Element with_rule_ids(xml::Element root);

}  // namespace alexander::s3
