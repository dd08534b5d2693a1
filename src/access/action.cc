#include "access/action.h"

#include <array>

namespace alexander {

namespace {

struct Row {
    Action action;
    std::string_view name;
    ActionScope scope;
    std::optional<Permission> permission;
};

constexpr auto service = ActionScope::service;
constexpr auto bucket = ActionScope::bucket;
constexpr auto writes = ActionScope::object_write;
constexpr auto reads = ActionScope::object_read;
constexpr std::optional<Permission> none;

// A row a line.
// clang-format off
constexpr auto table = std::to_array<Row>({
    {Action::list_all_my_buckets, "s3:ListAllMyBuckets", service, none},
    {Action::create_bucket, "s3:CreateBucket", service, none},

    {Action::delete_bucket, "s3:DeleteBucket", bucket, none},
    {Action::list_bucket, "s3:ListBucket", bucket, Permission::read},
    {Action::list_bucket_versions, "s3:ListBucketVersions", bucket, Permission::read},
    {Action::list_bucket_multipart_uploads, "s3:ListBucketMultipartUploads", bucket, Permission::read},
    {Action::get_bucket_location, "s3:GetBucketLocation", bucket, none},
    {Action::get_bucket_versioning, "s3:GetBucketVersioning", bucket, none},
    {Action::put_bucket_versioning, "s3:PutBucketVersioning", bucket, none},
    {Action::get_bucket_policy, "s3:GetBucketPolicy", bucket, none},
    {Action::put_bucket_policy, "s3:PutBucketPolicy", bucket, none},
    {Action::delete_bucket_policy, "s3:DeleteBucketPolicy", bucket, none},
    {Action::get_bucket_policy_status, "s3:GetBucketPolicyStatus", bucket, none},
    {Action::get_bucket_acl, "s3:GetBucketAcl", bucket, Permission::read_acp},
    {Action::put_bucket_acl, "s3:PutBucketAcl", bucket, Permission::write_acp},
    {Action::get_bucket_cors, "s3:GetBucketCORS", bucket, none},
    {Action::put_bucket_cors, "s3:PutBucketCORS", bucket, none},
    {Action::get_lifecycle_configuration, "s3:GetLifecycleConfiguration", bucket, none},
    {Action::put_lifecycle_configuration, "s3:PutLifecycleConfiguration", bucket, none},
    {Action::get_bucket_tagging, "s3:GetBucketTagging", bucket, none},
    {Action::put_bucket_tagging, "s3:PutBucketTagging", bucket, none},
    {Action::get_encryption_configuration, "s3:GetEncryptionConfiguration", bucket, none},
    {Action::put_encryption_configuration, "s3:PutEncryptionConfiguration", bucket, none},
    {Action::get_bucket_ownership_controls, "s3:GetBucketOwnershipControls", bucket, none},
    {Action::put_bucket_ownership_controls, "s3:PutBucketOwnershipControls", bucket, none},
    {Action::get_bucket_public_access_block, "s3:GetBucketPublicAccessBlock", bucket, none},
    {Action::put_bucket_public_access_block, "s3:PutBucketPublicAccessBlock", bucket, none},
    {Action::get_bucket_website, "s3:GetBucketWebsite", bucket, none},
    {Action::put_bucket_website, "s3:PutBucketWebsite", bucket, none},
    {Action::delete_bucket_website, "s3:DeleteBucketWebsite", bucket, none},
    {Action::get_bucket_notification, "s3:GetBucketNotification", bucket, none},
    {Action::get_bucket_logging, "s3:GetBucketLogging", bucket, none},
    {Action::get_bucket_request_payment, "s3:GetBucketRequestPayment", bucket, none},
    {Action::put_bucket_request_payment, "s3:PutBucketRequestPayment", bucket, none},
    {Action::get_accelerate_configuration, "s3:GetAccelerateConfiguration", bucket, none},
    {Action::get_replication_configuration, "s3:GetReplicationConfiguration", bucket, none},
    {Action::get_bucket_object_lock_configuration, "s3:GetBucketObjectLockConfiguration", bucket, none},
    {Action::put_bucket_object_lock_configuration, "s3:PutBucketObjectLockConfiguration", bucket, none},

    {Action::get_object, "s3:GetObject", reads, Permission::read},
    {Action::get_object_version, "s3:GetObjectVersion", reads, Permission::read},
    {Action::put_object, "s3:PutObject", writes, Permission::write},
    {Action::delete_object, "s3:DeleteObject", writes, Permission::write},
    {Action::delete_object_version, "s3:DeleteObjectVersion", writes, none},
    {Action::get_object_acl, "s3:GetObjectAcl", reads, Permission::read_acp},
    {Action::get_object_version_acl, "s3:GetObjectVersionAcl", reads, Permission::read_acp},
    {Action::put_object_acl, "s3:PutObjectAcl", reads, Permission::write_acp},
    {Action::put_object_version_acl, "s3:PutObjectVersionAcl", reads, Permission::write_acp},
    {Action::get_object_tagging, "s3:GetObjectTagging", reads, none},
    {Action::get_object_version_tagging, "s3:GetObjectVersionTagging", reads, none},
    {Action::put_object_tagging, "s3:PutObjectTagging", reads, none},
    {Action::put_object_version_tagging, "s3:PutObjectVersionTagging", reads, none},
    {Action::delete_object_tagging, "s3:DeleteObjectTagging", reads, none},
    {Action::delete_object_version_tagging, "s3:DeleteObjectVersionTagging", reads, none},
    {Action::get_object_attributes, "s3:GetObjectAttributes", reads, Permission::read},
    {Action::get_object_version_attributes, "s3:GetObjectVersionAttributes", reads, Permission::read},
    {Action::get_object_retention, "s3:GetObjectRetention", reads, none},
    {Action::put_object_retention, "s3:PutObjectRetention", writes, none},
    {Action::get_object_legal_hold, "s3:GetObjectLegalHold", reads, none},
    {Action::put_object_legal_hold, "s3:PutObjectLegalHold", writes, none},
    {Action::bypass_governance_retention, "s3:BypassGovernanceRetention", writes, none},
    {Action::abort_multipart_upload, "s3:AbortMultipartUpload", writes, none},
    {Action::list_multipart_upload_parts, "s3:ListMultipartUploadParts", writes, none},
});

// clang-format on

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].action) != i)
            return false;
    return table.back().action == Action::list_multipart_upload_parts;
}

static_assert(is_in_order(), "every Action has its row, in the order of the enum");

const Row& row_of(Action action) {
    return table[static_cast<std::size_t>(action)];
}

}  // namespace

std::string_view action_name(Action action) {
    return row_of(action).name;
}

ActionScope action_scope(Action action) {
    return row_of(action).scope;
}

std::optional<Permission> acl_permission(Action action) {
    return row_of(action).permission;
}

Action on_version(Action action) {
    static constexpr std::array<std::pair<Action, Action>, 7> pairs{{
        {Action::get_object, Action::get_object_version},
        {Action::delete_object, Action::delete_object_version},
        {Action::get_object_acl, Action::get_object_version_acl},
        {Action::put_object_acl, Action::put_object_version_acl},
        {Action::get_object_tagging, Action::get_object_version_tagging},
        {Action::put_object_tagging, Action::put_object_version_tagging},
        {Action::delete_object_tagging, Action::delete_object_version_tagging},
    }};
    for (const auto& [plain, versioned] : pairs)
        if (plain == action)
            return versioned;
    return action == Action::get_object_attributes ? Action::get_object_version_attributes : action;
}

}  // namespace alexander
