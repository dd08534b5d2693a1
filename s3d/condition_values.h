// What conditions of policies ask of a request.
#pragma once

#include "access/condition.h"
#include "s3d/operation.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3 {

/// What a request concerns, as conditions see it.
struct ConditionSubject {
    std::string_view key;  // what HEAD and GET of a missing key would have listed
    bool lists = false;    // ListBucket asked for by another request: `key` is the prefix
    std::optional<std::string> version;

    /// Tags of the object that is there; asked only for s3:ExistingObjectTag.
    std::function<std::vector<std::pair<std::string, std::string>>()> tags;
};

/// Keys of AWS's global (`aws:`) and S3's own (`s3:`) kind, in lower case. A key that is not known
/// has no value.
[[nodiscard]] std::optional<std::vector<std::string>> condition_value(
    const Call& call, const ConditionSubject& subject, std::string_view key);

}  // namespace alexander::s3
