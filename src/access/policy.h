// Bucket policies in IAM's language.
#pragma once

#include "access/action.h"
#include "access/condition.h"

#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// Whom a statement means. An ARN's account is empty, or the user's canonical id or name.
struct PolicyPrincipal {
    enum class Kind : std::uint8_t { anyone, user, other };

    Kind kind = Kind::other;
    std::string account;  // of an ARN; empty for any
    std::string user;     // name or canonical id; empty: whoever the account belongs to
};

/// Who asks, as policies see it.
struct PolicyRequester {
    bool is_known = false;
    std::string_view name;
    std::string_view canonical_id;
};

enum class Effect : std::uint8_t { none, allow, deny };

struct PolicyStatement {
    Effect effect = Effect::deny;
    std::vector<PolicyPrincipal> principals;
    bool not_principals = false;  // everybody but those
    std::vector<std::string> actions;
    bool not_actions = false;
    std::vector<std::string> resources;
    bool not_resources = false;
    std::vector<Condition> conditions;
};

struct PolicyRequest {
    Action action = Action::get_object;
    std::string resource;  // `bucket` or `bucket/key`
    PolicyRequester who;
    ConditionValues values;
};

/// A policy as it was written, ready to be asked. Constant after construction: any thread.
class Policy {
public:
    /// Throws invalid_argument saying what is wrong: not JSON, unknown elements, operators or
    /// versions, a statement without principal, action or resource, resources that `bucket` does
    /// not have (unless it is empty), Allow with NotPrincipal.
    [[nodiscard]] static Policy parse(std::string_view json, std::string_view bucket);

    /// deny if any statement that fits denies, else allow if one allows, else none.
    [[nodiscard]] Effect evaluate(const PolicyRequest& request) const;

    /// True if it allows something to everybody without tying that to known addresses, networks of
    /// at least 8 bits, accounts or sources (the rule of S3's PolicyStatus).
    [[nodiscard]] bool is_public() const { return is_public_; }

    /// True if a condition asks for the tags of objects.
    [[nodiscard]] bool asks_for_tags() const { return asks_for_tags_; }

    [[nodiscard]] const std::vector<PolicyStatement>& statements() const { return statements_; }

private:
    std::vector<PolicyStatement> statements_;
    bool is_public_ = false;
    bool asks_for_tags_ = false;
};

inline constexpr std::string_view resource_prefix = "arn:aws:s3:::";
inline constexpr std::string_view existing_tag_key = "s3:existingobjecttag/";

/// How keys of conditions are compared: in lower case, but for a tag's name.
[[nodiscard]] std::string condition_key(std::string_view key);

/// True if the statement allows something to everybody as Policy::is_public means it.
[[nodiscard]] bool is_public_statement(const PolicyStatement& statement);

}  // namespace alexander
