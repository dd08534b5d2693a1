#include "s3d/router.h"

#include "s3d/bucket_operations.h"

#include <algorithm>
#include <array>

namespace alexander::s3 {

namespace {

constexpr auto service = Scope::service;
constexpr auto bucket = Scope::bucket;
constexpr auto object = Scope::object;

// The first row that fits wins, so rows that ask for more stand before rows that ask for less.
// A row a line.
// clang-format off
constexpr std::array route_table{
    Route{"ListBuckets", service, "GET", "", "", "", Action::list_all_my_buckets, false, list_buckets},

    Route{"GetBucketLocation", bucket, "GET", "location", "", "",
          Action::get_bucket_location, false, get_bucket_location},
    Route{"GetBucketVersioning", bucket, "GET", "versioning", "", "",
          Action::get_bucket_versioning, false, get_bucket_versioning},
    Route{"PutBucketVersioning", bucket, "PUT", "versioning", "", "",
          Action::put_bucket_versioning, false, put_bucket_versioning},
    Route{"GetObjectLockConfiguration", bucket, "GET", "object-lock", "", "",
          Action::get_bucket_object_lock_configuration, false, get_object_lock_configuration},
    Route{"PutObjectLockConfiguration", bucket, "PUT", "object-lock", "", "",
          Action::put_bucket_object_lock_configuration, false, put_object_lock_configuration},
    Route{"GetBucketAcl", bucket, "GET", "acl", "", "",
          Action::get_bucket_acl, false, get_bucket_acl},
    Route{"PutBucketAcl", bucket, "PUT", "acl", "", "",
          Action::put_bucket_acl, false, put_bucket_acl},
    Route{"GetBucketPolicy", bucket, "GET", "policy", "", "",
          Action::get_bucket_policy, false, get_bucket_policy},
    Route{"PutBucketPolicy", bucket, "PUT", "policy", "", "",
          Action::put_bucket_policy, false, put_bucket_policy},
    Route{"DeleteBucketPolicy", bucket, "DELETE", "policy", "", "",
          Action::delete_bucket_policy, false, delete_bucket_policy},
    Route{"GetBucketCors", bucket, "GET", "cors", "", "",
          Action::get_bucket_cors, false, get_bucket_cors},
    Route{"PutBucketCors", bucket, "PUT", "cors", "", "",
          Action::put_bucket_cors, false, put_bucket_cors},
    Route{"DeleteBucketCors", bucket, "DELETE", "cors", "", "",
          Action::put_bucket_cors, false, delete_bucket_cors},
    Route{"GetBucketLifecycleConfiguration", bucket, "GET", "lifecycle", "", "",
          Action::get_lifecycle_configuration, false, get_bucket_lifecycle},
    Route{"PutBucketLifecycleConfiguration", bucket, "PUT", "lifecycle", "", "",
          Action::put_lifecycle_configuration, false, put_bucket_lifecycle},
    Route{"DeleteBucketLifecycle", bucket, "DELETE", "lifecycle", "", "",
          Action::put_lifecycle_configuration, false, delete_bucket_lifecycle},
    Route{"GetBucketTagging", bucket, "GET", "tagging", "", "",
          Action::get_bucket_tagging, false, get_bucket_tagging},
    Route{"PutBucketTagging", bucket, "PUT", "tagging", "", "",
          Action::put_bucket_tagging, false, put_bucket_tagging},
    Route{"DeleteBucketTagging", bucket, "DELETE", "tagging", "", "",
          Action::put_bucket_tagging, false, delete_bucket_tagging},
    Route{"GetBucketEncryption", bucket, "GET", "encryption", "", "",
          Action::get_encryption_configuration, false, get_bucket_encryption},
    Route{"PutBucketEncryption", bucket, "PUT", "encryption", "", "",
          Action::put_encryption_configuration, false, put_bucket_encryption},
    Route{"DeleteBucketEncryption", bucket, "DELETE", "encryption", "", "",
          Action::put_encryption_configuration, false, delete_bucket_encryption},
    Route{"GetBucketOwnershipControls", bucket, "GET", "ownershipControls", "", "",
          Action::get_bucket_ownership_controls, false, get_bucket_ownership},
    Route{"PutBucketOwnershipControls", bucket, "PUT", "ownershipControls", "", "",
          Action::put_bucket_ownership_controls, false, put_bucket_ownership},
    Route{"DeleteBucketOwnershipControls", bucket, "DELETE", "ownershipControls", "", "",
          Action::put_bucket_ownership_controls, false, delete_bucket_ownership},
    Route{"GetPublicAccessBlock", bucket, "GET", "publicAccessBlock", "", "",
          Action::get_bucket_public_access_block, false, get_public_access_block},
    Route{"PutPublicAccessBlock", bucket, "PUT", "publicAccessBlock", "", "",
          Action::put_bucket_public_access_block, false, put_public_access_block},
    Route{"DeletePublicAccessBlock", bucket, "DELETE", "publicAccessBlock", "", "",
          Action::put_bucket_public_access_block, false, delete_public_access_block},
    Route{"GetBucketWebsite", bucket, "GET", "website", "", "",
          Action::get_bucket_website, false, get_bucket_website},
    Route{"PutBucketWebsite", bucket, "PUT", "website", "", "",
          Action::put_bucket_website, false, put_bucket_website},
    Route{"DeleteBucketWebsite", bucket, "DELETE", "website", "", "",
          Action::delete_bucket_website, false, delete_bucket_website},
    Route{"GetBucketPolicyStatus", bucket, "GET", "policyStatus", "", "",
          Action::get_bucket_policy_status, false, get_bucket_policy_status},
    Route{"GetBucketNotificationConfiguration", bucket, "GET", "notification", "", "",
          Action::get_bucket_notification, false, get_bucket_notification},
    Route{"GetBucketLogging", bucket, "GET", "logging", "", "",
          Action::get_bucket_logging, false, get_bucket_logging},
    Route{"GetBucketRequestPayment", bucket, "GET", "requestPayment", "", "",
          Action::get_bucket_request_payment, false, get_bucket_request_payment},
    Route{"PutBucketRequestPayment", bucket, "PUT", "requestPayment", "", "",
          Action::put_bucket_request_payment, false, put_bucket_request_payment},
    Route{"GetBucketAccelerateConfiguration", bucket, "GET", "accelerate", "", "",
          Action::get_accelerate_configuration, false, get_bucket_accelerate},
    Route{"GetBucketReplication", bucket, "GET", "replication", "", "",
          Action::get_replication_configuration, false, get_bucket_replication},

    Route{"ListObjectVersions", bucket, "GET", "versions", "", "",
          Action::list_bucket_versions, false, list_object_versions},
    Route{"ListMultipartUploads", bucket, "GET", "uploads", "", "",
          Action::list_bucket_multipart_uploads, false, list_multipart_uploads},
    Route{"DeleteObjects", bucket, "POST", "delete", "", "",
          std::nullopt, false, delete_objects},
    Route{"PostObject", bucket, "POST", "", "", "", std::nullopt, false, post_object},
    Route{"ListObjectsV2", bucket, "GET", "list-type", "", "",
          Action::list_bucket, false, list_objects_v2},
    Route{"ListObjects", bucket, "GET", "", "", "", Action::list_bucket, false, list_objects_v1},
    Route{"CreateBucket", bucket, "PUT", "", "", "", Action::create_bucket, true, create_bucket},
    Route{"HeadBucket", bucket, "HEAD", "", "", "", Action::list_bucket, false, head_bucket},
    Route{"DeleteBucket", bucket, "DELETE", "", "", "",
          Action::delete_bucket, false, delete_bucket},

    Route{"UploadPartCopy", object, "PUT", "uploadId", "partNumber", "x-amz-copy-source",
          Action::put_object, false, upload_part_copy},
    Route{"UploadPart", object, "PUT", "uploadId", "partNumber", "",
          Action::put_object, false, upload_part},
    Route{"ListParts", object, "GET", "uploadId", "", "",
          std::nullopt, false, list_parts},
    Route{"CompleteMultipartUpload", object, "POST", "uploadId", "", "",
          Action::put_object, false, complete_multipart_upload},
    Route{"AbortMultipartUpload", object, "DELETE", "uploadId", "", "",
          std::nullopt, false, abort_multipart_upload},
    Route{"CreateMultipartUpload", object, "POST", "uploads", "", "",
          Action::put_object, false, create_multipart_upload},
    Route{"GetObjectAttributes", object, "GET", "attributes", "", "",
          Action::get_object_attributes, false, get_object_attributes},
    Route{"GetObjectTagging", object, "GET", "tagging", "", "",
          Action::get_object_tagging, false, get_object_tagging},
    Route{"PutObjectTagging", object, "PUT", "tagging", "", "",
          Action::put_object_tagging, false, put_object_tagging},
    Route{"DeleteObjectTagging", object, "DELETE", "tagging", "", "",
          Action::delete_object_tagging, false, delete_object_tagging},
    Route{"GetObjectRetention", object, "GET", "retention", "", "",
          Action::get_object_retention, false, get_object_retention},
    Route{"PutObjectRetention", object, "PUT", "retention", "", "",
          Action::put_object_retention, false, put_object_retention},
    Route{"GetObjectLegalHold", object, "GET", "legal-hold", "", "",
          Action::get_object_legal_hold, false, get_object_legal_hold},
    Route{"PutObjectLegalHold", object, "PUT", "legal-hold", "", "",
          Action::put_object_legal_hold, false, put_object_legal_hold},
    Route{"GetObjectAcl", object, "GET", "acl", "", "",
          Action::get_object_acl, false, get_object_acl},
    Route{"PutObjectAcl", object, "PUT", "acl", "", "",
          Action::put_object_acl, false, put_object_acl},
    Route{"RenameObject", object, "PUT", "renameObject", "", "",
          Action::put_object, false, rename_object},
    Route{"GetObject", object, "GET", "", "", "", Action::get_object, false, get_object},
    Route{"HeadObject", object, "HEAD", "", "", "", Action::get_object, false, get_object},
    Route{"CopyObject", object, "PUT", "", "", "x-amz-copy-source",
          Action::put_object, false, copy_object},
    Route{"PutObject", object, "PUT", "", "", "", Action::put_object, false, put_object},
    Route{"DeleteObject", object, "DELETE", "", "", "", Action::delete_object, false, delete_object},
};
// clang-format on

// Every query parameter that makes a request a different operation in S3. One that the chosen row
// does not ask for means that the client wants something else: refused, never ignored.
constexpr std::array sub_resources = std::to_array<std::string_view>({
    "accelerate",
    "acl",
    "analytics",
    "annotation",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
    "partNumber",
    "abac",
    "metadataConfiguration",
});

bool fits(const Route& route, const Query& query, const http::Request& request) {
    return (route.parameter.empty() || query.has(route.parameter)) &&
           (route.second.empty() || query.has(route.second)) &&
           (route.header.empty() || request.find(route.header).has_value());
}

bool asks_for(const Route& route, std::string_view parameter) {
    // GET and HEAD of one part of an object name it by partNumber without an upload.
    const bool reads_part = parameter == "partNumber" && route.operation == get_object;
    return parameter == route.parameter || parameter == route.second || reads_part;
}

}  // namespace

std::span<const Route> routes() {
    return route_table;
}

const Route* find_route(Scope scope,
                        std::string_view method,
                        const Query& query,
                        const http::Request& request) {
    const auto row = std::ranges::find_if(route_table, [&](const Route& route) {
        return route.scope == scope && route.method == method && fits(route, query, request);
    });
    if (row == route_table.end())
        return nullptr;
    const bool stray = std::ranges::any_of(query.parameters(), [&](const QueryParameter& given) {
        return std::ranges::find(sub_resources, given.name) != sub_resources.end() &&
               !asks_for(*row, given.name);
    });
    return stray ? nullptr : &*row;
}

}  // namespace alexander::s3
