#include "s3d/acl_wire.h"

#include "s3d/bucket_rules.h"
#include "s3d/s3_error.h"
#include "s3d/xml/writer.h"

#include <algorithm>
#include <array>

namespace alexander::s3 {

namespace {

constexpr std::uint64_t document_limit_bytes = 64UL * 1024;
constexpr std::size_t grant_limit = 100;
constexpr std::string_view all_users = "http://acs.amazonaws.com/groups/global/AllUsers";
constexpr std::string_view authenticated_users =
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

constexpr std::array<std::pair<std::string_view, Permission>, 5> grant_headers{{
    {"x-amz-grant-read", Permission::read},
    {"x-amz-grant-write", Permission::write},
    {"x-amz-grant-read-acp", Permission::read_acp},
    {"x-amz-grant-write-acp", Permission::write_acp},
    {"x-amz-grant-full-control", Permission::full_control},
}};

std::optional<catalog::User> find_user(const Call& call,
                                       std::string catalog::User::*field,
                                       const std::string& value) {
    for (catalog::User& user : call.service.store.users().list())
        if (user.*field == value)
            return std::move(user);
    return std::nullopt;
}

Grant grant_to_id(const Call& call, const std::string& id, Permission permission) {
    if (!find_user(call, &catalog::User::canonical_id, id))
        throw S3Error(S3Code::invalid_argument, "Invalid id")
            .with("ArgumentName", "CanonicalUser/ID")
            .with("ArgumentValue", id);
    return {GranteeKind::user, id, permission};
}

// Users have no addresses here; a name may be one.
Grant grant_to_email(const Call& call, const std::string& email, Permission permission) {
    const auto user = find_user(call, &catalog::User::name, email);
    if (!user)
        throw S3Error(S3Code::unresolvable_grant_by_email_address);
    return {GranteeKind::user, user->canonical_id, permission};
}

Grant grant_to_uri(const std::string& uri, Permission permission) {
    if (uri == all_users)
        return {GranteeKind::all_users, {}, permission};
    if (uri == authenticated_users)
        return {GranteeKind::authenticated_users, {}, permission};
    throw S3Error(S3Code::invalid_argument, "Invalid group uri")
        .with("ArgumentName", "uri")
        .with("ArgumentValue", uri);
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

// `id="...", uri="..."`, the quotes being optional.
void read_grants(const Call& call, std::string_view header, Permission permission, Acl& acl) {
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        const std::string_view item = trimmed(header.substr(0, comma));
        header.remove_prefix(std::min(comma + 1, header.size()));
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos)
            throw S3Error(S3Code::invalid_argument, "Argument format not recognized");
        const std::string_view kind = trimmed(item.substr(0, equals));
        std::string_view text = trimmed(item.substr(equals + 1));
        if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
            text = text.substr(1, text.size() - 2);
        const std::string value(text);
        if (kind == "id")
            acl.grants.push_back(grant_to_id(call, value, permission));
        else if (kind == "uri")
            acl.grants.push_back(grant_to_uri(value, permission));
        else if (kind == "emailAddress")
            acl.grants.push_back(grant_to_email(call, value, permission));
        else
            throw S3Error(S3Code::invalid_argument, "Argument format not recognized");
    }
}

Grant read_grant(const Call& call, const xml::Element& element) {
    const xml::Element* grantee = element.find("Grantee");
    const auto permission = parse_permission(element.text_of("Permission").value_or(""));
    if (grantee == nullptr || !permission)
        throw S3Error(S3Code::malformed_acl);
    if (const auto id = grantee->text_of("ID"))
        return grant_to_id(call, *id, *permission);
    if (const auto uri = grantee->text_of("URI"))
        return grant_to_uri(*uri, *permission);
    if (const auto email = grantee->text_of("EmailAddress"))
        return grant_to_email(call, *email, *permission);
    throw S3Error(S3Code::malformed_acl);
}

void write_grant(xml::Writer& writer, const std::vector<catalog::User>& users, const Grant& grant) {
    writer.open("Grant");
    if (grant.grantee == GranteeKind::user) {
        writer.open_typed("Grantee", "CanonicalUser").element("ID", grant.canonical_id);
        const auto user =
            std::ranges::find(users, grant.canonical_id, &catalog::User::canonical_id);
        if (user != users.end())
            writer.element("DisplayName", user->display_name);
    } else {
        const bool everybody = grant.grantee == GranteeKind::all_users;
        writer.open_typed("Grantee", "Group")
            .element("URI", everybody ? all_users : authenticated_users);
    }
    writer.close().element("Permission", to_string(grant.permission)).close();
}

const BucketAccess& access_of(const Call& call) {
    static const BucketAccess none;
    return call.rules ? call.rules->access : none;
}

catalog::User bucket_owner(const Call& call) {
    auto owner = call.service.store.users().find(call.bucket->owner);
    if (!owner)
        throw Error(ErrorCode::corrupt, "the bucket's owner does not exist");
    return std::move(*owner);
}

Identity identity_of(const catalog::User& user) {
    return {user.id, user.name, user.display_name, user.canonical_id, user.is_admin};
}

bool has_acl_headers(const Call& call) {
    return call.header("x-amz-acl") || std::ranges::any_of(grant_headers, [&](const auto& header) {
               return call.header(header.first).has_value();
           });
}

}  // namespace

std::optional<Acl> read_acl_headers(const Call& call, const AclOwners& owners) {
    const auto canned = call.header("x-amz-acl");
    Acl granted;
    bool has_grants = false;
    for (const auto& [name, permission] : grant_headers) {
        if (const auto header = call.header(name)) {
            has_grants = true;
            read_grants(call, *header, permission, granted);
        }
    }
    if (granted.grants.size() > grant_limit)
        throw S3Error(S3Code::invalid_request, "An access control list has at most 100 grants.");
    if (canned && has_grants)
        throw S3Error(S3Code::invalid_request,
                      "Specifying both Canned ACLs and Header Grants is not allowed");
    if (has_grants)
        return granted;
    if (!canned)
        return std::nullopt;
    auto acl = canned_acl(*canned, owners);
    if (!acl)
        throw S3Error(S3Code::invalid_argument)
            .with("ArgumentName", "x-amz-acl")
            .with("ArgumentValue", std::string(*canned));
    return acl;
}

Acl read_acl_document(const Call& call, const xml::Element& root, const std::string& owner) {
    const xml::Element* named = root.find("Owner");
    const xml::Element* list = root.find("AccessControlList");
    if (list == nullptr)
        throw S3Error(S3Code::malformed_acl);
    const auto id = named != nullptr ? named->text_of("ID") : std::nullopt;
    if (id && *id != owner)
        throw S3Error(S3Code::access_denied);
    Acl acl;
    for (const xml::Element& grant : list->children)
        acl.grants.push_back(read_grant(call, grant));
    if (acl.grants.size() > grant_limit)
        throw S3Error(S3Code::malformed_acl, "An access control list has at most 100 grants.");
    return acl;
}

std::string acl_document(const Call& call, catalog::UserId owner, const std::optional<Acl>& acl) {
    const std::vector<catalog::User> users = call.service.store.users().list();
    const auto user = std::ranges::find(users, owner, &catalog::User::id);
    const std::string id = user == users.end() ? std::string() : user->canonical_id;
    xml::Writer writer("AccessControlPolicy");
    writer.open("Owner").element("ID", id);
    if (user != users.end())
        writer.element("DisplayName", user->display_name);
    writer.close().open("AccessControlList");
    const Acl own{{{GranteeKind::user, id, Permission::full_control}}};
    std::vector<Grant> grants = (acl ? *acl : own).grants;
    std::ranges::stable_partition(
        grants, [](const Grant& grant) { return grant.grantee != GranteeKind::user; });
    for (const Grant& grant : grants)
        write_grant(writer, users, grant);
    return writer.finish();
}

Acl read_new_acl(Call& call, const AclOwners& owners) {
    const BucketAccess& access = access_of(call);
    if (access.ownership == Ownership::bucket_owner_enforced)
        throw S3Error(S3Code::access_control_list_not_supported);
    const std::string body = call.context.payload().read_text(document_limit_bytes);
    std::optional<Acl> acl = read_acl_headers(call, owners);
    if (acl && !body.empty())
        throw S3Error(S3Code::unexpected_content);
    if (!acl && body.empty())
        throw S3Error(S3Code::missing_security_header,
                      "Your request was missing a required header: x-amz-acl");
    if (!acl)
        acl = read_acl_document(call, xml::parse(body, "AccessControlPolicy"), owners.owner);
    check_public_acl(access, *acl);
    return std::move(*acl);
}

NewOwner read_new_owner(const Call& call) {
    const BucketAccess& access = access_of(call);
    const std::string canned = call.text_header("x-amz-acl");
    const bool gives_all = canned == "bucket-owner-full-control";
    const bool enforced = access.ownership == Ownership::bucket_owner_enforced;
    if (enforced && has_acl_headers(call) && !gives_all)
        throw S3Error(S3Code::access_control_list_not_supported);
    const bool is_owner = call.who.user == call.bucket->owner;
    if (!has_acl_headers(call) &&
        (is_owner || (!enforced && call.who.user != 0 && !call.who.is_admin)))
        return {call.who, {}};
    const catalog::User owner = bucket_owner(call);
    const bool is_his = is_owner || enforced || call.who.user == 0 || call.who.is_admin ||
                        (access.ownership == Ownership::bucket_owner_preferred && gives_all);
    NewOwner made{is_his ? identity_of(owner) : call.who, {}};
    if (enforced)
        return made;
    if (const auto acl = read_acl_headers(call, {made.who.canonical_id, owner.canonical_id})) {
        check_public_acl(access, *acl);
        made.acl = acl->to_text();
    }
    return made;
}

void check_public_acl(const BucketAccess& bucket, const Acl& acl) {
    if (bucket.block.block_public_acls && acl.is_public())
        throw S3Error(S3Code::access_denied);
}

}  // namespace alexander::s3
