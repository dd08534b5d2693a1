// What requests do, by the names that policies use.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace alexander {

/// One of S3's actions each; action_name() has the names.
enum class Action : std::uint8_t {
    list_all_my_buckets,
    create_bucket,

    delete_bucket,
    list_bucket,
    list_bucket_versions,
    list_bucket_multipart_uploads,
    get_bucket_location,
    get_bucket_versioning,
    put_bucket_versioning,
    get_bucket_policy,
    put_bucket_policy,
    delete_bucket_policy,
    get_bucket_policy_status,
    get_bucket_acl,
    put_bucket_acl,
    get_bucket_cors,
    put_bucket_cors,
    get_lifecycle_configuration,
    put_lifecycle_configuration,
    get_bucket_tagging,
    put_bucket_tagging,
    get_encryption_configuration,
    put_encryption_configuration,
    get_bucket_ownership_controls,
    put_bucket_ownership_controls,
    get_bucket_public_access_block,
    put_bucket_public_access_block,
    get_bucket_website,
    put_bucket_website,
    delete_bucket_website,
    get_bucket_notification,
    get_bucket_logging,
    get_bucket_request_payment,
    put_bucket_request_payment,
    get_accelerate_configuration,
    get_replication_configuration,
    get_bucket_object_lock_configuration,
    put_bucket_object_lock_configuration,

    get_object,
    get_object_version,
    put_object,
    delete_object,
    delete_object_version,
    get_object_acl,
    get_object_version_acl,
    put_object_acl,
    put_object_version_acl,
    get_object_tagging,
    get_object_version_tagging,
    put_object_tagging,
    put_object_version_tagging,
    delete_object_tagging,
    delete_object_version_tagging,
    get_object_attributes,
    get_object_version_attributes,
    get_object_retention,
    put_object_retention,
    get_object_legal_hold,
    put_object_legal_hold,
    bypass_governance_retention,
    abort_multipart_upload,
    list_multipart_upload_parts,
};

/// Such as `s3:GetObject`.
[[nodiscard]] std::string_view action_name(Action action);

/// What an action needs in an ACL.
enum class Permission : std::uint8_t { read, write, read_acp, write_acp, full_control };

/// On what policies see the action, and whose ACL decides.
enum class ActionScope : std::uint8_t {
    service,
    bucket,
    object_write,  // brings or removes a key: a matter of the bucket's ACL
    object_read,   // looks at or changes what is there: a matter of the object's ACL
};

[[nodiscard]] ActionScope action_scope(Action action);

/// Nothing if no grant of an ACL allows it.
[[nodiscard]] std::optional<Permission> acl_permission(Action action);

/// The action on a version by its id, such as GetObjectVersion for GetObject; itself if there is
/// none.
[[nodiscard]] Action on_version(Action action);

}  // namespace alexander
