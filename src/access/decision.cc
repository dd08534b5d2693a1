#include "access/decision.h"

namespace alexander {

namespace {

bool is_bucket_owner(const AccessRequest& request) {
    return request.who.user != 0 && request.who.user == request.bucket_owner;
}

bool is_about_policy(Action action) {
    return action == Action::get_bucket_policy || action == Action::put_bucket_policy ||
           action == Action::delete_bucket_policy;
}

Effect ask_policy(const AccessRequest& request) {
    if (!request.bucket->policy)
        return Effect::none;
    const Policy& policy = *request.bucket->policy;
    const PolicyRequester who{request.who.user != 0, request.who.name, request.who.canonical_id};
    const Effect effect = policy.evaluate({request.action, request.resource, who, request.values});
    const bool is_restricted = request.bucket->block.restrict_public_buckets &&
                               policy.is_public() && !is_bucket_owner(request);
    return effect == Effect::allow && is_restricted ? Effect::none : effect;
}

bool ask_list(const AccessRequest& request, const std::optional<Acl>& acl) {
    const std::optional<Permission> wanted = acl_permission(request.action);
    if (!acl || !wanted)
        return false;
    const BucketAccess& bucket = *request.bucket;
    if (bucket.ownership == Ownership::bucket_owner_enforced)
        return false;
    return is_granted(*acl,
                      {request.who.user != 0, request.who.canonical_id},
                      *wanted,
                      bucket.block.ignore_public_acls ? PublicGrants::ignore : PublicGrants::count);
}

// With documents there may be objects of others in the bucket: theirs to read and to share.
bool may_use_object(const AccessRequest& request) {
    const bool enforced = request.bucket->ownership == Ownership::bucket_owner_enforced;
    if (enforced && is_bucket_owner(request))
        return true;
    const std::optional<ObjectAccess> object = request.object ? request.object() : std::nullopt;
    if (!object)
        return is_bucket_owner(request);
    if (!enforced && request.who.user != 0 && object->owner == request.who.user)
        return true;
    return ask_list(request, object->acl);
}

}  // namespace

bool is_plainly_allowed(const AccessRequest& request) {
    if (request.who.user == 0)
        return false;
    return request.who.is_admin || action_scope(request.action) == ActionScope::service ||
           (request.bucket == nullptr && is_bucket_owner(request));
}

bool is_allowed(const AccessRequest& asked) {
    if (is_plainly_allowed(asked))
        return true;
    const ActionScope scope = action_scope(asked.action);
    if (scope == ActionScope::service)
        return false;
    // Objects have lists of their own even where the bucket has no documents.
    static const BucketAccess none;
    AccessRequest request = asked;
    if (request.bucket == nullptr)
        request.bucket = &none;
    if (is_bucket_owner(request) && is_about_policy(request.action))
        return true;
    switch (ask_policy(request)) {
        case Effect::deny:
            return false;
        case Effect::allow:
            return true;
        case Effect::none:
            break;
    }
    if (scope == ActionScope::object_read)
        return may_use_object(request);
    return is_bucket_owner(request) || ask_list(request, request.bucket->acl);
}

}  // namespace alexander
