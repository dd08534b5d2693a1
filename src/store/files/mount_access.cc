#include "store/files/mount_access.h"

#include "base/error.h"
#include "base/time_format.h"
#include "catalog/bucket_documents.h"
#include "catalog/users.h"
#include "store/access_documents.h"
#include "store/bucket_access.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::size_t kept_buckets = 1000;

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

ObjectAttributes attributes_of(const Engine& engine, const AccessQuestion& question) {
    return question.object == nullptr
               ? ObjectAttributes()
               : open_attributes(engine.keyring, question.object->sealed_attributes);
}

bool is_listing(Action action) {
    return action == Action::list_bucket || action == Action::list_bucket_versions;
}

bool is_on_version(Action action) {
    return action == Action::get_object_version;
}

/// True if the statement says the same of all keys of the bucket.
bool is_for_all_keys(const PolicyStatement& statement, const std::string& bucket) {
    const std::string arn = std::string(resource_prefix) + bucket;
    const bool whole = std::ranges::all_of(statement.resources, [&](const std::string& resource) {
        return resource == "*" || resource == std::string(resource_prefix) + "*" ||
               resource == arn || resource == arn + "/*";
    });
    return whole && !statement.not_resources &&
           std::ranges::none_of(statement.conditions, [](const Condition& condition) {
               return condition.key.starts_with(existing_tag_key);
           });
}

}  // namespace

void MountAccess::refresh_user(catalog::Snapshot& snapshot) {
    const std::optional<catalog::User> user = catalog::find_user(snapshot, user_.user);
    is_enabled_ = user && user->enabled;
}

void MountAccess::check_enabled() const {
    if (!is_enabled_)
        throw Error(ErrorCode::access_denied, "the mount's user " + user_.name + " is disabled");
}

std::shared_ptr<const BucketAccess> MountAccess::documents(catalog::Snapshot& snapshot,
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
        read_bucket_access(catalog::list_documents(snapshot, bucket.id)));
    auto kept = kept_.lock();
    if (kept->size() >= kept_buckets)
        kept->clear();
    (*kept)[bucket.id] = {bucket.settings_seq, access};
    return access;
}

catalog::UserId MountAccess::owner_of_new(catalog::Snapshot& snapshot,
                                          const catalog::Bucket& bucket) {
    if (user_.is_admin)
        return bucket.owner;
    const auto access = documents(snapshot, bucket);
    return access && access->ownership == Ownership::bucket_owner_enforced ? bucket.owner
                                                                           : user_.user;
}

bool MountAccess::needs_keys(catalog::Snapshot& snapshot, const catalog::Bucket& bucket) {
    const auto access = documents(snapshot, bucket);
    return access && access->policy;
}

bool MountAccess::distinguishes_keys(catalog::Snapshot& snapshot, const catalog::Bucket& bucket) {
    const auto access = documents(snapshot, bucket);
    return access && access->policy &&
           !std::ranges::all_of(access->policy->statements(), [&](const auto& statement) {
               return is_for_all_keys(statement, bucket.name);
           });
}

Values MountAccess::value(const AccessQuestion& question, std::string_view key) const {
    if (question.action == Action::list_bucket && key == "s3:delimiter")
        return one("/");
    if (is_listing(question.action) && key == "s3:prefix")
        return one(question.key);
    if (is_on_version(question.action) && question.object != nullptr && key == "s3:versionid")
        return one((question.object->is_null ? VersionId::null()
                                             : VersionId::of(question.object->version_seq))
                       .to_text());
    if (!key.starts_with(existing_tag_key))
        return local_value(engine_, user_, key);
    const ObjectAttributes attributes = attributes_of(engine_, question);
    for (const auto& [name, value] : attributes.tags)
        if (name == key.substr(existing_tag_key.size()))
            return one(value);
    return std::nullopt;
}

bool MountAccess::may(catalog::Snapshot& snapshot,
                      const catalog::Bucket& bucket,
                      const AccessQuestion& question) {
    if (!is_enabled_)
        return false;
    if (is_plain(bucket))
        return true;
    const auto access = documents(snapshot, bucket);
    AccessRequest request;
    request.action = question.action;
    request.who = {user_.user, user_.is_admin, user_.name, user_.canonical_id};
    request.bucket_owner = bucket.owner;
    request.bucket = access.get();
    request.resource = bucket.name;
    if (action_scope(question.action) != ActionScope::bucket)
        request.resource += "/" + question.key;
    request.values = [&](std::string_view key) { return value(question, key); };
    request.object = [&]() -> std::optional<ObjectAccess> {
        if (question.object == nullptr)
            return std::nullopt;
        ObjectAccess object{question.object->owner, std::nullopt};
        if (const std::string acl = attributes_of(engine_, question).acl; !acl.empty())
            object.acl = Acl::parse(acl);
        return object;
    };
    return is_allowed(request);
}

void MountAccess::check(catalog::Snapshot& snapshot,
                        const catalog::Bucket& bucket,
                        const AccessQuestion& question) {
    if (!may(snapshot, bucket, question))
        throw Error(ErrorCode::access_denied,
                    "the mount's user " + user_.name + " may not do this in bucket " + bucket.name +
                        ": " + std::string(action_name(question.action)));
}

}  // namespace alexander::files
