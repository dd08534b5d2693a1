// Conditions of policy statements.
#pragma once

#include "access/pattern.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// The values that a request has for a key (in lower case, such as `s3:prefix`), nothing if the
/// request does not have it.
using ConditionValues =
    std::function<std::optional<std::vector<std::string>>(std::string_view key)>;

enum class ConditionOperator : std::uint8_t {
    string_equals,
    string_not_equals,
    string_equals_ignore_case,
    string_not_equals_ignore_case,
    string_like,
    string_not_like,
    numeric_equals,
    numeric_not_equals,
    numeric_less_than,
    numeric_less_than_equals,
    numeric_greater_than,
    numeric_greater_than_equals,
    date_equals,
    date_not_equals,
    date_less_than,
    date_less_than_equals,
    date_greater_than,
    date_greater_than_equals,
    boolean,
    ip_address,
    not_ip_address,
    null,
    arn_equals,  // the same as arn_like, as in AWS
    arn_not_equals,
};

enum class SetQualifier : std::uint8_t { none, for_any_value, for_all_values };

/// One key of one operator with the values it names.
struct Condition {
    ConditionOperator op = ConditionOperator::string_equals;
    SetQualifier qualifier = SetQualifier::none;
    bool if_exists = false;
    std::string key;  // lower case; a tag's name after `/` as given
    std::vector<std::string> values;
};

/// `StringLike`, `ForAnyValue:StringEqualsIfExists` and so on, without key and values.
/// Nothing for a name that IAM does not have.
[[nodiscard]] std::optional<Condition> parse_condition_operator(std::string_view name);

/// True if the condition's values can be read as its operator needs them: numbers, dates, networks,
/// `true` and `false`.
[[nodiscard]] bool has_valid_values(const Condition& condition);

/// IAM's rules: a negated operator holds without the key, others do not, IfExists does; several
/// values of the policy are alternatives (for negated operators none may match).
[[nodiscard]] bool holds(const Condition& condition,
                         const ConditionValues& values,
                         const VariableLookup& variables);

}  // namespace alexander
