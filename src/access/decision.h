// Who may do what. Pure: the caller brings everything that counts.
#pragma once

#include "access/acl.h"
#include "access/action.h"
#include "access/policy.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace alexander {

struct Requester {
    std::int64_t user = 0;  // 0: anonymous
    bool is_admin = false;
    std::string_view name;
    std::string_view canonical_id;
};

/// S3's Object Ownership: whether lists count, and whose a new object is.
enum class Ownership : std::uint8_t {
    object_writer,
    bucket_owner_preferred,
    bucket_owner_enforced
};

/// S3's public access block.
struct PublicAccessBlock {
    bool block_public_acls = false;
    bool ignore_public_acls = false;
    bool block_public_policy = false;
    bool restrict_public_buckets = false;
};

/// What a bucket's documents say about access. Constant after construction.
struct BucketAccess {
    std::optional<Policy> policy;
    std::optional<Acl> acl;  // nothing: private
    PublicAccessBlock block;
    Ownership ownership = Ownership::object_writer;
};

/// The object that a request looks at.
struct ObjectAccess {
    std::int64_t owner = 0;  // user
    std::optional<Acl> acl;  // nothing: private
};

struct AccessRequest {
    Action action = Action::get_object;
    Requester who;
    std::int64_t bucket_owner = 0;         // user; 0 for actions on no bucket
    const BucketAccess* bucket = nullptr;  // nullptr: no documents
    std::string resource;                  // `bucket` or `bucket/key`
    ConditionValues values;                // for the policy; may be empty without one

    /// Asked once at most, and only when the object's owner or list decides. Nothing if the
    /// object does not exist: then the bucket's owner may look for it.
    std::function<std::optional<ObjectAccess>()> object;
};

/// Administrators may do everything. Otherwise: a policy that denies wins, but never keeps a
/// bucket's owner from the policy itself; a policy that allows is enough, unless public buckets
/// are restricted and it lets everybody in; owners may do everything with their buckets, and with
/// their objects what concerns the object alone; then grants count, where lists do. Who is known
/// may create buckets and list those that they own.
[[nodiscard]] bool is_allowed(const AccessRequest& request);

/// True if nothing needs to be asked: an administrator, or the owner of a bucket without documents.
[[nodiscard]] bool is_plainly_allowed(const AccessRequest& request);

}  // namespace alexander
