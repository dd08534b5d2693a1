#include "store/files/past_access.h"

#include "base/error.h"
#include "base/time_format.h"
#include "catalog/bucket_documents.h"
#include "store/bucket_access.h"

namespace alexander::files {
namespace {

using catalog::DocumentKind;

constexpr std::size_t kept_buckets = 1000;

/// Ownership and public access block are documents that s3d reads. Where there is one, it is taken
/// for the strictest: lists count for nothing, and a public policy lets nobody in.
BucketAccess parse_access(const std::map<DocumentKind, std::string>& documents) {
    BucketAccess access;
    const auto find = [&](DocumentKind kind) -> const std::string* {
        const auto found = documents.find(kind);
        return found == documents.end() ? nullptr : &found->second;
    };
    if (const std::string* policy = find(DocumentKind::policy))
        access.policy = Policy::parse(*policy, {});
    if (const std::string* acl = find(DocumentKind::acl))
        access.acl = Acl::parse(*acl);
    if (find(DocumentKind::ownership) != nullptr)
        access.ownership = Ownership::bucket_owner_enforced;
    if (find(DocumentKind::public_access_block) != nullptr)
        access.block = {true, true, true, true};
    return access;
}

using Values = std::optional<std::vector<std::string>>;

Values one(std::string value) {
    return std::vector<std::string>{std::move(value)};
}

/// What policies may ask of somebody who is on this host, by no request of a network.
Values local_value(const Engine& engine, const Identity& user, std::string_view key) {
    if (key == "aws:username")
        return one(user.name);
    if (key == "aws:userid" || key == "aws:principalaccount")
        return one(user.canonical_id);
    if (key == "aws:principalarn")
        return one("arn:aws:iam:::user/" + user.name);
    if (key == "aws:principaltype")
        return one("User");
    if (key == "aws:currenttime")
        return one(format_iso8601(engine.clock.now()));
    if (key == "aws:epochtime")
        return one(std::to_string(engine.clock.now().seconds));
    return std::nullopt;
}

Values object_value(const ObjectAttributes& attributes,
                    const catalog::ObjectState& object,
                    std::string_view key) {
    if (key == "s3:versionid")
        return one(
            (object.is_null ? VersionId::null() : VersionId::of(object.version_seq)).to_text());
    if (!key.starts_with(existing_tag_key))
        return std::nullopt;
    for (const auto& [name, value] : attributes.tags)
        if (name == key.substr(existing_tag_key.size()))
            return one(value);
    return std::nullopt;
}

[[noreturn]] void refuse(const catalog::Bucket& bucket, const Identity& user) {
    throw Error(
        ErrorCode::access_denied,
        "the mount's user " + user.name + " may not see the versions of bucket " + bucket.name);
}

}  // namespace

std::shared_ptr<const BucketAccess> PastAccess::documents(catalog::Snapshot& snapshot,
                                                          const catalog::Bucket& bucket) {
    if (bucket.settings_seq == 0)
        return nullptr;
    {
        auto kept = kept_.lock();
        const auto found = kept->find(bucket.id);
        if (found != kept->end() && found->second.settings_seq == bucket.settings_seq)
            return found->second.access;
    }
    const auto access = std::make_shared<const BucketAccess>(
        parse_access(catalog::list_documents(snapshot, bucket.id)));
    auto kept = kept_.lock();
    if (kept->size() >= kept_buckets)
        kept->clear();
    (*kept)[bucket.id] = {bucket.settings_seq, access};
    return access;
}

AccessRequest PastAccess::request_for(const catalog::Bucket& bucket) const {
    AccessRequest request;
    request.who = {user_.user, user_.is_admin, user_.name, user_.canonical_id};
    request.bucket_owner = bucket.owner;
    request.resource = bucket.name;
    request.values = [this](std::string_view key) { return local_value(engine_, user_, key); };
    return request;
}

void PastAccess::check_list(catalog::Snapshot& snapshot, const catalog::Bucket& bucket) {
    if (user_.is_admin)
        return;
    const auto access = documents(snapshot, bucket);
    AccessRequest request = request_for(bucket);
    request.action = Action::list_bucket_versions;
    request.bucket = access.get();
    if (!is_allowed(request))
        refuse(bucket, user_);
}

void PastAccess::check_read(catalog::Snapshot& snapshot,
                            const catalog::Bucket& bucket,
                            const catalog::Version& version) {
    if (user_.is_admin)
        return;
    const auto access = documents(snapshot, bucket);
    AccessRequest request = request_for(bucket);
    request.action = Action::get_object_version;
    request.bucket = access.get();
    request.resource += "/" + version.key;
    const catalog::ObjectState& object = version.object;
    const ObjectAttributes attributes = open_attributes(engine_.keyring, object.sealed_attributes);
    request.values = [&](std::string_view key) {
        Values value = object_value(attributes, object, key);
        return value ? value : local_value(engine_, user_, key);
    };
    request.object = [&] {
        ObjectAccess owned{object.owner, std::nullopt};
        if (!attributes.acl.empty())
            owned.acl = Acl::parse(attributes.acl);
        return std::optional(owned);
    };
    if (!is_allowed(request))
        refuse(bucket, user_);
}

}  // namespace alexander::files
