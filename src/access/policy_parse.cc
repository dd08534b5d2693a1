#include "access/json.h"
#include "access/policy.h"
#include "base/error.h"

#include <algorithm>
#include <array>
#include <span>

namespace alexander {

namespace {

constexpr std::size_t size_limit_bytes = 20UL * 1024;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::invalid_argument, what);
}

// A string, or a list of at least one. Numbers and words count by their text in conditions.
std::vector<std::string> read_texts(const JsonValue& value, const std::string& name, bool any) {
    const auto read = [&](const JsonValue& item) {
        const bool scalar =
            item.kind == JsonValue::Kind::number || item.kind == JsonValue::Kind::boolean;
        if (!item.is_string() && !(any && scalar))
            refuse(name + " must be a string or a list of strings");
        return item.text;
    };
    std::vector<std::string> texts;
    if (!value.is_array())
        return {read(value)};
    for (const JsonValue& item : value.items)
        texts.push_back(read(item));
    if (texts.empty())
        refuse(name + " is empty");
    return texts;
}

// arn:partition:iam::ACCOUNT:root or user/PATH/NAME.
PolicyPrincipal parse_arn(std::string_view arn) {
    std::vector<std::string_view> fields;
    std::string_view rest = arn;
    for (int i = 0; i < 5; ++i) {
        const std::size_t colon = rest.find(':');
        if (colon == std::string_view::npos)
            refuse("Invalid principal in policy");
        fields.push_back(rest.substr(0, colon));
        rest.remove_prefix(colon + 1);
    }
    if (fields[2] != "iam" && fields[2] != "sts")
        refuse("Invalid principal in policy");
    PolicyPrincipal principal;
    principal.account = std::string(fields[4]);
    constexpr std::string_view user = "user/";
    if (rest.starts_with(user) && !rest.ends_with('/')) {
        principal.kind = PolicyPrincipal::Kind::user;
        principal.user = std::string(rest.substr(rest.rfind('/') + 1));
    } else if (rest == "root" && !principal.account.empty()) {
        principal.kind = PolicyPrincipal::Kind::user;
    } else if (rest.empty() || rest == "root") {
        refuse("Invalid principal in policy");
    }
    return principal;
}

PolicyPrincipal parse_principal(const std::string& text) {
    if (text == "*")
        return {PolicyPrincipal::Kind::anyone, {}, {}};
    if (text.starts_with("arn:"))
        return parse_arn(text);
    if (text.empty() || text.find_first_of("*?") != std::string::npos)
        refuse("Invalid principal in policy");
    return {PolicyPrincipal::Kind::user, {}, text};
}

std::vector<PolicyPrincipal> read_principals(const JsonValue& value) {
    std::vector<PolicyPrincipal> principals;
    if (value.is_string()) {
        if (value.text != "*")
            refuse("Invalid principal in policy");
        return {parse_principal(value.text)};
    }
    if (!value.is_object() || value.members.empty())
        refuse("Principal must be \"*\" or an object");
    for (const auto& [kind, names] : value.members) {
        // Nobody signs in to this server as a service or through another identity provider.
        if (kind == "Service" || kind == "Federated") {
            principals.push_back({});
            continue;
        }
        if (kind != "AWS" && kind != "CanonicalUser")
            refuse("Invalid principal in policy");
        for (const std::string& name : read_texts(names, "Principal", false))
            principals.push_back(parse_principal(name));
    }
    return principals;
}

void check_action(const std::string& action) {
    if (action == "*")
        return;
    const std::size_t colon = action.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == action.size())
        refuse("Policy has invalid action");
}

// The bucket part of the resource must be able to mean the bucket whose policy it is.
void check_resource(const std::string& resource, std::string_view bucket) {
    if (resource == "*")
        return;
    if (!resource.starts_with(resource_prefix))
        refuse("Policy has invalid resource");
    if (bucket.empty())
        return;
    const std::string_view path = std::string_view(resource).substr(resource_prefix.size());
    const bool is_own = matches_pattern(path.substr(0, path.find('/')), bucket) ||
                        path.find("${") != std::string_view::npos;
    if (!is_own)
        refuse("Policy has invalid resource");
}

std::vector<Condition> read_conditions(const JsonValue& value) {
    std::vector<Condition> conditions;
    if (!value.is_object())
        refuse("Condition must be an object");
    for (const auto& [name, keys] : value.members) {
        const auto op = parse_condition_operator(name);
        if (!op)
            refuse("Invalid Condition type : " + name);
        if (!keys.is_object())
            refuse("Condition " + name + " must be an object");
        for (const auto& [key, values] : keys.members) {
            Condition condition = *op;
            condition.key = condition_key(key);
            condition.values = read_texts(values, name, true);
            if (!has_valid_values(condition))
                refuse("Condition " + name + " has an invalid value for " + key);
            conditions.push_back(std::move(condition));
        }
    }
    return conditions;
}

// One of `name` and `Not<name>` must be there.
const JsonValue& one_of(const JsonValue& statement, std::string_view name, bool& is_negated) {
    const JsonValue* plain = statement.find(name);
    const JsonValue* negated = statement.find("Not" + std::string(name));
    if ((plain == nullptr) == (negated == nullptr))
        refuse("a statement needs " + std::string(name) + " or Not" + std::string(name));
    is_negated = plain == nullptr;
    return is_negated ? *negated : *plain;
}

void check_members(const JsonValue& object, std::span<const std::string_view> known) {
    for (const auto& [name, value] : object.members)
        if (std::ranges::find(known, name) == known.end())
            refuse("Unknown field " + name);
}

PolicyStatement read_statement(const JsonValue& value, std::string_view bucket) {
    static constexpr std::array<std::string_view, 9> known{"Sid",
                                                           "Effect",
                                                           "Principal",
                                                           "NotPrincipal",
                                                           "Action",
                                                           "NotAction",
                                                           "Resource",
                                                           "NotResource",
                                                           "Condition"};
    if (!value.is_object())
        refuse("a statement must be an object");
    check_members(value, known);
    PolicyStatement statement;
    const JsonValue* effect = value.find("Effect");
    if (effect == nullptr || (effect->text != "Allow" && effect->text != "Deny"))
        refuse("Effect must be Allow or Deny");
    statement.effect = effect->text == "Allow" ? Effect::allow : Effect::deny;
    statement.principals = read_principals(one_of(value, "Principal", statement.not_principals));
    if (statement.not_principals && statement.effect == Effect::allow)
        refuse("Allow with NotPrincipal is not supported");
    const JsonValue& actions = one_of(value, "Action", statement.not_actions);
    statement.actions = read_texts(actions, "Action", false);
    for (std::string& action : statement.actions) {
        check_action(action);
        action = to_lower(action);
    }
    const JsonValue& resources = one_of(value, "Resource", statement.not_resources);
    statement.resources = read_texts(resources, "Resource", false);
    for (const std::string& resource : statement.resources)
        check_resource(resource, bucket);
    if (const JsonValue* conditions = value.find("Condition"))
        statement.conditions = read_conditions(*conditions);
    return statement;
}

}  // namespace

Policy Policy::parse(std::string_view json, std::string_view bucket) {
    static constexpr std::array<std::string_view, 3> known{"Version", "Id", "Statement"};
    if (json.size() > size_limit_bytes)
        refuse("Policy exceeds the maximum allowed document size.");
    const JsonValue document = parse_json(json);
    if (!document.is_object())
        refuse("Policies must be valid JSON and the first byte must be '{'");
    check_members(document, known);
    const JsonValue* version = document.find("Version");
    if (version != nullptr && version->text != "2012-10-17" && version->text != "2008-10-17")
        refuse("The policy must contain a valid version string");
    const JsonValue* statements = document.find("Statement");
    if (statements == nullptr)
        refuse("Missing required field Statement");
    Policy policy;
    if (statements->is_array())
        for (const JsonValue& statement : statements->items)
            policy.statements_.push_back(read_statement(statement, bucket));
    else
        policy.statements_.push_back(read_statement(*statements, bucket));
    if (policy.statements_.empty())
        refuse("Statement is empty");
    for (const PolicyStatement& statement : policy.statements_) {
        policy.is_public_ = policy.is_public_ || is_public_statement(statement);
        for (const Condition& condition : statement.conditions)
            policy.asks_for_tags_ =
                policy.asks_for_tags_ || condition.key.starts_with(existing_tag_key);
    }
    return policy;
}

std::string condition_key(std::string_view key) {
    const std::size_t slash = std::min(key.find('/'), key.size());
    return to_lower(key.substr(0, slash)) + std::string(key.substr(slash));
}

}  // namespace alexander
