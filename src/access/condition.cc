#include "access/condition.h"

#include "access/network.h"
#include "base/time_format.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace alexander {

namespace {

using Op = ConditionOperator;

enum class ValueType : std::uint8_t { text, number, date, boolean, network };

struct Row {
    Op op;
    std::string_view name;
    ValueType type;
    bool is_negated;
};

constexpr auto table = std::to_array<Row>({
    {Op::string_equals, "StringEquals", ValueType::text, false},
    {Op::string_not_equals, "StringNotEquals", ValueType::text, true},
    {Op::string_equals_ignore_case, "StringEqualsIgnoreCase", ValueType::text, false},
    {Op::string_not_equals_ignore_case, "StringNotEqualsIgnoreCase", ValueType::text, true},
    {Op::string_like, "StringLike", ValueType::text, false},
    {Op::string_not_like, "StringNotLike", ValueType::text, true},
    {Op::numeric_equals, "NumericEquals", ValueType::number, false},
    {Op::numeric_not_equals, "NumericNotEquals", ValueType::number, true},
    {Op::numeric_less_than, "NumericLessThan", ValueType::number, false},
    {Op::numeric_less_than_equals, "NumericLessThanEquals", ValueType::number, false},
    {Op::numeric_greater_than, "NumericGreaterThan", ValueType::number, false},
    {Op::numeric_greater_than_equals, "NumericGreaterThanEquals", ValueType::number, false},
    {Op::date_equals, "DateEquals", ValueType::date, false},
    {Op::date_not_equals, "DateNotEquals", ValueType::date, true},
    {Op::date_less_than, "DateLessThan", ValueType::date, false},
    {Op::date_less_than_equals, "DateLessThanEquals", ValueType::date, false},
    {Op::date_greater_than, "DateGreaterThan", ValueType::date, false},
    {Op::date_greater_than_equals, "DateGreaterThanEquals", ValueType::date, false},
    {Op::boolean, "Bool", ValueType::boolean, false},
    {Op::ip_address, "IpAddress", ValueType::network, false},
    {Op::not_ip_address, "NotIpAddress", ValueType::network, true},
    {Op::null, "Null", ValueType::boolean, false},
    {Op::arn_equals, "ArnEquals", ValueType::text, false},
    {Op::arn_equals, "ArnLike", ValueType::text, false},
    {Op::arn_not_equals, "ArnNotEquals", ValueType::text, true},
    {Op::arn_not_equals, "ArnNotLike", ValueType::text, true},
});

const Row& row_of(Op op) {
    return *std::ranges::find(table, op, &Row::op);
}

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = fault == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

// As a time stamp, a date alone, or seconds since 1970.
std::optional<double> parse_date(std::string_view text) {
    constexpr std::size_t date_size = 10;
    const std::optional<Timestamp> time =
        text.size() == date_size && text.find('-') != std::string_view::npos
            ? parse_iso8601(std::string(text) + "T00:00:00Z")
            : parse_iso8601(text);
    return time ? std::optional(static_cast<double>(time->seconds)) : parse_number(text);
}

std::optional<double> parse_quantity(Op op, std::string_view text) {
    return row_of(op).type == ValueType::date ? parse_date(text) : parse_number(text);
}

bool compare(Op op, double given, double wanted) {
    switch (op) {
        case Op::numeric_less_than:
        case Op::date_less_than:
            return given < wanted;
        case Op::numeric_less_than_equals:
        case Op::date_less_than_equals:
            return given <= wanted;
        case Op::numeric_greater_than:
        case Op::date_greater_than:
            return given > wanted;
        case Op::numeric_greater_than_equals:
        case Op::date_greater_than_equals:
            return given >= wanted;
        default:
            return given == wanted;
    }
}

bool compare_quantities(Op op, std::string_view given, std::string_view wanted) {
    const auto left = parse_quantity(op, given);
    const auto right = parse_quantity(op, wanted);
    return left && right && compare(op, *left, *right);
}

bool is_in_network(std::string_view given, std::string_view wanted) {
    const auto address = parse_network(given);
    const auto network = parse_network(wanted);
    return address && network && network->contains(*address);
}

bool matches_text(Op op,
                  std::string_view given,
                  const std::string& wanted,
                  const VariableLookup& variables) {
    if (op == Op::string_like || op == Op::string_not_like || op == Op::arn_equals ||
        op == Op::arn_not_equals)
        return matches_template(wanted, given, variables);
    const std::optional<std::string> text = replace_variables(wanted, variables);
    if (!text)
        return false;
    if (op == Op::string_equals_ignore_case || op == Op::string_not_equals_ignore_case)
        return to_lower(*text) == to_lower(given);
    return *text == given;
}

// Without the negation: true if the value is like one that the policy names.
bool matches_value(const Condition& condition,
                   std::string_view given,
                   const VariableLookup& variables) {
    return std::ranges::any_of(condition.values, [&](const std::string& wanted) {
        switch (row_of(condition.op).type) {
            case ValueType::text:
                return matches_text(condition.op, given, wanted, variables);
            case ValueType::number:
            case ValueType::date:
                return compare_quantities(condition.op, given, wanted);
            case ValueType::boolean:
                return to_lower(given) == to_lower(wanted);
            case ValueType::network:
                return is_in_network(given, wanted);
        }
        return false;
    });
}

bool is_valid_value(Op op, const std::string& value) {
    // What a variable will bring is not known yet.
    if (value.find("${") != std::string::npos)
        return row_of(op).type == ValueType::text;
    switch (row_of(op).type) {
        case ValueType::text:
            return true;
        case ValueType::number:
        case ValueType::date:
            return parse_quantity(op, value).has_value();
        case ValueType::boolean:
            return to_lower(value) == "true" || to_lower(value) == "false";
        case ValueType::network:
            return parse_network(value).has_value();
    }
    return false;
}

}  // namespace

std::optional<Condition> parse_condition_operator(std::string_view name) {
    Condition condition;
    constexpr std::string_view any = "ForAnyValue:";
    constexpr std::string_view all = "ForAllValues:";
    constexpr std::string_view exists = "IfExists";
    if (name.starts_with(any)) {
        condition.qualifier = SetQualifier::for_any_value;
        name.remove_prefix(any.size());
    } else if (name.starts_with(all)) {
        condition.qualifier = SetQualifier::for_all_values;
        name.remove_prefix(all.size());
    }
    if (name.ends_with(exists)) {
        condition.if_exists = true;
        name.remove_suffix(exists.size());
    }
    const auto* const row = std::ranges::find(table, name, &Row::name);
    if (row == table.end() || (row->op == Op::null && condition.if_exists))
        return std::nullopt;
    condition.op = row->op;
    return condition;
}

bool has_valid_values(const Condition& condition) {
    return !condition.values.empty() &&
           std::ranges::all_of(condition.values, [&](const std::string& value) {
               return is_valid_value(condition.op, value);
           });
}

bool holds(const Condition& condition,
           const ConditionValues& values,
           const VariableLookup& variables) {
    const std::optional<std::vector<std::string>> given = values(condition.key);
    if (condition.op == Op::null)
        return matches_value(condition, given ? "false" : "true", variables);
    const bool is_negated = row_of(condition.op).is_negated;
    if (!given)
        return is_negated || condition.if_exists ||
               condition.qualifier == SetQualifier::for_all_values;
    const auto fits = [&](const std::string& value) {
        return matches_value(condition, value, variables) != is_negated;
    };
    if (condition.qualifier == SetQualifier::for_all_values)
        return std::ranges::all_of(*given, fits);
    if (is_negated && condition.qualifier == SetQualifier::none)
        return std::ranges::all_of(*given, fits);
    return std::ranges::any_of(*given, fits);
}

}  // namespace alexander
