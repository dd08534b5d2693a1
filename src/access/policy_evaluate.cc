#include "access/network.h"
#include "access/policy.h"

#include <algorithm>
#include <array>

namespace alexander {

namespace {

bool is_user(std::string_view text, const PolicyRequester& who) {
    return text == who.name || text == who.canonical_id;
}

bool means(const PolicyPrincipal& principal, const PolicyRequester& who) {
    switch (principal.kind) {
        case PolicyPrincipal::Kind::anyone:
            return true;
        case PolicyPrincipal::Kind::user:
            return who.is_known && (principal.account.empty() || is_user(principal.account, who)) &&
                   (principal.user.empty() || is_user(principal.user, who));
        case PolicyPrincipal::Kind::other:
            return false;
    }
    return false;
}

// A variable's value is the first that the request has for the key of that name.
VariableLookup variables_of(const ConditionValues& values) {
    return [&values](std::string_view name) -> std::optional<std::string> {
        const auto given = values(name);
        return given && given->size() == 1 ? std::optional(given->front()) : std::nullopt;
    };
}

bool fits(const PolicyStatement& statement,
          const PolicyRequest& request,
          const std::string& action,
          const VariableLookup& variables) {
    const auto means_requester = [&](const PolicyPrincipal& principal) {
        return means(principal, request.who);
    };
    const auto means_action = [&](const std::string& pattern) {
        return matches_pattern(pattern, action);
    };
    const auto means_resource = [&](const std::string& pattern) {
        return pattern == "*" ||
               matches_template(
                   pattern, std::string(resource_prefix) + request.resource, variables);
    };
    const bool principal = std::ranges::any_of(statement.principals, means_requester);
    const bool acts = std::ranges::any_of(statement.actions, means_action);
    return principal != statement.not_principals && acts != statement.not_actions &&
           std::ranges::any_of(statement.resources, means_resource) != statement.not_resources &&
           std::ranges::all_of(statement.conditions, [&](const Condition& condition) {
               return holds(condition, request.values, variables);
           });
}

bool is_fixed(const std::string& value) {
    return value.find_first_of("*?") == std::string::npos && value.find("${") == std::string::npos;
}

bool is_narrow(const std::string& network) {
    constexpr unsigned narrow_ipv4_bits = 8;
    constexpr unsigned narrow_ipv6_bits = 32;
    const auto parsed = parse_network(network);
    if (!parsed)
        return false;
    return parsed->is_ipv4 ? parsed->prefix_bits >= 96 + narrow_ipv4_bits
                           : parsed->prefix_bits >= narrow_ipv6_bits;
}

// True if the condition lets only known callers through.
bool restricts(const Condition& condition) {
    static constexpr std::array<std::string_view, 10> keys{"aws:sourcearn",
                                                           "aws:sourcevpc",
                                                           "aws:sourcevpce",
                                                           "aws:sourceowner",
                                                           "aws:sourceaccount",
                                                           "aws:userid",
                                                           "aws:username",
                                                           "aws:principalarn",
                                                           "aws:principalaccount",
                                                           "aws:principalorgid"};
    if (condition.if_exists || condition.qualifier == SetQualifier::for_all_values)
        return false;
    if (condition.key == "aws:sourceip")
        return condition.op == ConditionOperator::ip_address &&
               std::ranges::all_of(condition.values, is_narrow);
    const bool equals = condition.op == ConditionOperator::string_equals ||
                        condition.op == ConditionOperator::string_equals_ignore_case ||
                        condition.op == ConditionOperator::string_like ||
                        condition.op == ConditionOperator::arn_equals;
    return equals && std::ranges::find(keys, condition.key) != keys.end() &&
           std::ranges::all_of(condition.values, is_fixed);
}

}  // namespace

Effect Policy::evaluate(const PolicyRequest& request) const {
    const std::string action = to_lower(action_name(request.action));
    const VariableLookup variables = variables_of(request.values);
    Effect effect = Effect::none;
    for (const PolicyStatement& statement : statements_) {
        if (effect == statement.effect || !fits(statement, request, action, variables))
            continue;
        if (statement.effect == Effect::deny)
            return Effect::deny;
        effect = Effect::allow;
    }
    return effect;
}

bool is_public_statement(const PolicyStatement& statement) {
    const bool anyone =
        std::ranges::any_of(statement.principals, [](const PolicyPrincipal& principal) {
            return principal.kind == PolicyPrincipal::Kind::anyone;
        });
    return statement.effect == Effect::allow && anyone &&
           std::ranges::none_of(statement.conditions, restricts);
}

}  // namespace alexander
