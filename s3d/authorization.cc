#include "s3d/authorization.h"

#include "s3d/condition_values.h"
#include "s3d/object_headers.h"
#include "s3d/s3_error.h"

namespace alexander::s3 {

namespace {

/// Finds the object of a target once, when somebody asks.
class Lookup {
public:
    Lookup(const Call& call, const AccessTarget& target) : call_(call), target_(target) {}

    const std::optional<ObjectInfo>& object() {
        if (!looked_ && !target_.key.empty())
            object_ = call_.service.store.objects().find(
                target_.bucket.name, target_.key, target_.version);
        looked_ = true;
        return object_;
    }

    std::optional<ObjectAccess> access() {
        const auto& found = object();
        if (!found)
            return std::nullopt;
        ObjectAccess access{found->owner, std::nullopt};
        if (found->attributes && !found->attributes->acl.empty())
            access.acl = Acl::parse(found->attributes->acl);
        return access;
    }

    Tags tags() {
        const auto& found = object();
        return found && found->attributes ? found->attributes->tags : Tags();
    }

private:
    const Call& call_;
    const AccessTarget& target_;
    bool looked_ = false;
    std::optional<ObjectInfo> object_;
};

AccessRequest request_for(const Call& call, Action action, const AccessTarget& target) {
    AccessRequest request;
    request.action = action;
    request.who = {call.who.user, call.who.is_admin, call.who.name, call.who.canonical_id};
    request.bucket_owner = target.bucket.owner;
    request.bucket = target.rules == nullptr ? nullptr : &target.rules->access;
    return request;
}

bool decide(const Call& call, AccessRequest& request, const AccessTarget& target, Lookup& lookup) {
    const bool concerns_object = action_scope(request.action) != ActionScope::bucket;
    request.resource = target.bucket.name;
    if (concerns_object)
        request.resource += "/" + target.key;
    ConditionSubject subject;
    subject.key = target.key;
    subject.lists = !concerns_object && !target.key.empty();
    if (target.version)
        subject.version = target.version->to_text();
    subject.tags = [&lookup] { return lookup.tags(); };
    request.values = [&](std::string_view key) { return condition_value(call, subject, key); };
    request.object = [&lookup] { return lookup.access(); };
    return is_allowed(request);
}

bool is_read(Action action) {
    return action == Action::get_object || action == Action::get_object_version;
}

}  // namespace

bool may(const Call& call, Action action, const AccessTarget& target) {
    AccessRequest request = request_for(call, action, target);
    if (is_plainly_allowed(request))
        return true;
    const bool of_object = action_scope(action) == ActionScope::object_read;
    if (target.rules == nullptr && !of_object)
        return false;
    Lookup lookup(call, target);
    // A missing key is told to those who could have listed it, others cannot tell it from one that
    // they may not read.
    const bool is_owner = call.who.user != 0 && call.who.user == target.bucket.owner;
    if (is_read(action) && !is_owner && !lookup.object())
        request.action = Action::list_bucket;
    return decide(call, request, target, lookup);
}

void authorize(const Call& call, Action action) {
    if (!call.bucket) {
        AccessRequest request;
        request.action = action;
        request.who = {call.who.user, call.who.is_admin, call.who.name, call.who.canonical_id};
        if (!is_allowed(request))
            throw S3Error(S3Code::access_denied);
        return;
    }
    const bool of_object = action_scope(action) != ActionScope::bucket;
    const auto version = of_object && !call.key.empty() ? read_version(call) : std::nullopt;
    const Action asked = version ? on_version(action) : action;
    if (!may(call, asked, {*call.bucket, call.rules.get(), call.key, version}))
        throw S3Error(S3Code::access_denied);
}

bool may_match(const Call& call, const std::string& key, const WriteConditions& conditions) {
    const bool names_etag =
        (conditions.if_match && *conditions.if_match != "*") || conditions.if_none_match;
    return !names_etag ||
           may(call, Action::get_object, {*call.bucket, call.rules.get(), key, std::nullopt});
}

void authorize_match(const Call& call, const std::string& key, const WriteConditions& conditions) {
    if (!may_match(call, key, conditions))
        throw S3Error(S3Code::access_denied);
}

void authorize_upload(const Call& call, Action action, catalog::UserId owner) {
    catalog::Bucket bucket = *call.bucket;
    const bool is_own = call.who.user != 0 && owner == call.who.user;
    if (is_own)
        bucket.owner = call.who.user;
    if (!may(call, action, {bucket, call.rules.get(), call.key, std::nullopt}))
        throw S3Error(S3Code::access_denied);
}

void authorize_source(const Call& call,
                      const catalog::Bucket& bucket,
                      const std::string& key,
                      const std::optional<VersionId>& version) {
    const auto rules = call.service.rules.get(bucket);
    const Action action = version ? Action::get_object_version : Action::get_object;
    if (!may(call, action, {bucket, rules.get(), key, version}))
        throw S3Error(S3Code::access_denied);
}

}  // namespace alexander::s3
