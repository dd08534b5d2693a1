#include "access/acl.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace alexander {

namespace {

constexpr std::array<std::pair<Permission, std::string_view>, 5> permission_names{{
    {Permission::read, "READ"},
    {Permission::write, "WRITE"},
    {Permission::read_acp, "READ_ACP"},
    {Permission::write_acp, "WRITE_ACP"},
    {Permission::full_control, "FULL_CONTROL"},
}};
constexpr std::string_view user_prefix = "id:";
constexpr std::string_view no_grants = "NONE\n";
constexpr std::string_view everybody = "group:AllUsers";
constexpr std::string_view everybody_known = "group:AuthenticatedUsers";

[[noreturn]] void refuse() {
    throw Error(ErrorCode::corrupt, "a stored access control list cannot be read");
}

std::string grantee_text(const Grant& grant) {
    switch (grant.grantee) {
        case GranteeKind::user:
            return std::string(user_prefix) + grant.canonical_id;
        case GranteeKind::all_users:
            return std::string(everybody);
        case GranteeKind::authenticated_users:
            return std::string(everybody_known);
    }
    return {};
}

Grant parse_grant(std::string_view line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const auto permission = parse_permission(line.substr(0, space));
    const std::string_view grantee = line.substr(std::min(space + 1, line.size()));
    if (!permission)
        refuse();
    if (grantee == everybody)
        return {GranteeKind::all_users, {}, *permission};
    if (grantee == everybody_known)
        return {GranteeKind::authenticated_users, {}, *permission};
    if (!grantee.starts_with(user_prefix) || grantee.size() == user_prefix.size())
        refuse();
    return {GranteeKind::user, std::string(grantee.substr(user_prefix.size())), *permission};
}

bool covers(const Grant& grant, const AclRequester& who, PublicGrants public_grants) {
    const bool counts = public_grants == PublicGrants::count;
    switch (grant.grantee) {
        case GranteeKind::user:
            return who.is_known && grant.canonical_id == who.canonical_id;
        case GranteeKind::all_users:
            return counts;
        case GranteeKind::authenticated_users:
            return counts && who.is_known;
    }
    return false;
}

}  // namespace

std::string Acl::to_text() const {
    if (grants.empty())
        return std::string(no_grants);
    std::string text;
    for (const Grant& grant : grants) {
        text += to_string(grant.permission);
        text += ' ' + grantee_text(grant) + '\n';
    }
    return text;
}

Acl Acl::parse(std::string_view text) {
    Acl acl;
    if (text == no_grants)
        return acl;
    if (text.empty())
        refuse();
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            refuse();
        acl.grants.push_back(parse_grant(text.substr(0, end)));
        text.remove_prefix(end + 1);
    }
    return acl;
}

bool Acl::is_public() const {
    return std::ranges::any_of(
        grants, [](const Grant& grant) { return grant.grantee != GranteeKind::user; });
}

std::string_view to_string(Permission permission) {
    for (const auto& [value, name] : permission_names)
        if (value == permission)
            return name;
    return {};
}

std::optional<Permission> parse_permission(std::string_view text) {
    for (const auto& [value, name] : permission_names)
        if (name == text)
            return value;
    return std::nullopt;
}

std::optional<Acl> canned_acl(std::string_view name, const AclOwners& owners) {
    Acl acl;
    const auto add = [&acl](GranteeKind kind, Permission permission) {
        acl.grants.push_back({kind, {}, permission});
    };
    const auto add_bucket_owner = [&](Permission permission) {
        if (owners.bucket_owner != owners.owner)
            acl.grants.push_back({GranteeKind::user, owners.bucket_owner, permission});
    };
    if (name == "public-read" || name == "public-read-write")
        add(GranteeKind::all_users, Permission::read);
    if (name == "public-read-write")
        add(GranteeKind::all_users, Permission::write);
    if (name == "authenticated-read")
        add(GranteeKind::authenticated_users, Permission::read);
    acl.grants.push_back({GranteeKind::user, owners.owner, Permission::full_control});
    if (name == "bucket-owner-read")
        add_bucket_owner(Permission::read);
    if (name == "bucket-owner-full-control")
        add_bucket_owner(Permission::full_control);
    // aws-exec-read grants what only AWS's own services could use.
    const bool is_plain = name == "private" || name == "aws-exec-read" ||
                          name == "bucket-owner-read" || name == "bucket-owner-full-control";
    if (acl.grants.size() == 1 && !is_plain)
        return std::nullopt;
    return acl;
}

bool is_granted(const Acl& acl,
                const AclRequester& who,
                Permission wanted,
                PublicGrants public_grants) {
    return std::ranges::any_of(acl.grants, [&](const Grant& grant) {
        const bool enough =
            grant.permission == wanted || grant.permission == Permission::full_control;
        return enough && covers(grant, who, public_grants);
    });
}

}  // namespace alexander
