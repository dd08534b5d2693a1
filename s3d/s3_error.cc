#include "s3d/s3_error.h"

#include <array>

namespace alexander::s3 {

namespace {

struct Row {
    S3Code code;
    S3CodeFacts facts;
};

// Statuses and messages are AWS's where it has the code (S3 API reference, "Error responses").
constexpr auto table = std::to_array<Row>({
    {S3Code::access_control_list_not_supported,
     {400, "AccessControlListNotSupported", "The bucket does not allow ACLs"}},
    {S3Code::access_denied, {403, "AccessDenied", "Access Denied"}},
    {S3Code::access_forbidden, {403, "AccessForbidden", "Access Forbidden"}},
    {S3Code::authorization_header_malformed,
     {400,
      "AuthorizationHeaderMalformed",
      "The authorization header that you provided is not valid."}},
    {S3Code::authorization_query_parameters_error,
     {400,
      "AuthorizationQueryParametersError",
      "The authorization query parameters that you provided are not valid."}},
    {S3Code::bad_digest,
     {400,
      "BadDigest",
      "The Content-MD5 or checksum value that you specified did not match what the server "
      "received."}},
    {S3Code::bad_request, {400, "BadRequest", "The request could not be understood."}},
    {S3Code::bucket_already_exists,
     {409,
      "BucketAlreadyExists",
      "The requested bucket name is not available. The bucket namespace is shared by all users of "
      "the system. Select a different name and try again."}},
    {S3Code::bucket_already_owned_by_you,
     {409,
      "BucketAlreadyOwnedByYou",
      "The bucket that you tried to create already exists, and you own it."}},
    {S3Code::bucket_not_empty,
     {409, "BucketNotEmpty", "The bucket that you tried to delete is not empty."}},
    {S3Code::conditional_request_conflict,
     {409,
      "ConditionalRequestConflict",
      "A conflicting operation occurred during the request to this resource."}},
    {S3Code::entity_too_large,
     {400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size."}},
    {S3Code::entity_too_small,
     {400,
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed object size."}},
    {S3Code::expectation_failed,
     {417, "ExpectationFailed", "The only expectation that is supported is 100-continue."}},
    {S3Code::idempotency_parameter_mismatch,
     {400,
      "IdempotencyParameterMismatch",
      "Parameters on this idempotent request are inconsistent with parameters used in previous "
      "request(s)."}},
    {S3Code::illegal_location_constraint,
     {400,
      "IllegalLocationConstraintException",
      "The specified location constraint is not valid for this endpoint."}},
    {S3Code::incomplete_body,
     {400,
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length HTTP header."}},
    {S3Code::internal_error,
     {500, "InternalError", "We encountered an internal error. Please try again."}},
    {S3Code::invalid_access_key_id,
     {403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records."}},
    {S3Code::invalid_argument, {400, "InvalidArgument", "Invalid Argument"}},
    {S3Code::invalid_bucket_acl_with_object_ownership,
     {400,
      "InvalidBucketAclWithObjectOwnership",
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"}},
    {S3Code::invalid_bucket_name, {400, "InvalidBucketName", "The specified bucket is not valid."}},
    {S3Code::invalid_bucket_state,
     {409, "InvalidBucketState", "The request is not valid with the current state of the bucket."}},
    {S3Code::invalid_chunk_size,
     {400,
      "InvalidChunkSizeError",
      "Only the last chunk is allowed to have a size less than 8192 bytes"}},
    {S3Code::invalid_digest, {400, "InvalidDigest", "The Content-MD5 you specified is not valid."}},
    {S3Code::invalid_encryption_algorithm,
     {400,
      "InvalidEncryptionAlgorithmError",
      "The encryption request that you specified is not valid."}},
    {S3Code::invalid_location_constraint,
     {400,
      "InvalidLocationConstraint",
      "The specified location (Region) constraint is not valid."}},
    {S3Code::invalid_object_state,
     {403,
      "InvalidObjectState",
      "The operation is not valid for the current state of the object."}},
    {S3Code::invalid_part,
     {400,
      "InvalidPart",
      "One or more of the specified parts could not be found. The part might not have been "
      "uploaded, or the specified entity tag might not have matched the part's entity tag."}},
    {S3Code::invalid_part_number,
     {416, "InvalidPartNumber", "The requested partnumber is not satisfiable"}},
    {S3Code::invalid_part_order,
     {400,
      "InvalidPartOrder",
      "The list of parts was not in ascending order. The parts list must be specified in order by "
      "part number."}},
    {S3Code::invalid_policy_document,
     {400,
      "InvalidPolicyDocument",
      "The content of the form does not meet the conditions specified in the policy document."}},
    {S3Code::invalid_range, {416, "InvalidRange", "The requested range is not satisfiable"}},
    {S3Code::invalid_request, {400, "InvalidRequest", "Invalid Request"}},
    {S3Code::invalid_retention_period,
     {400, "InvalidRetentionPeriod", "Default retention period must be a positive integer value."}},
    {S3Code::invalid_storage_class,
     {400, "InvalidStorageClass", "The storage class you specified is not valid"}},
    {S3Code::invalid_tag, {400, "InvalidTag", "The tag provided was not a valid tag."}},
    {S3Code::invalid_token,
     {400, "InvalidToken", "The provided token is malformed or otherwise not valid."}},
    {S3Code::invalid_uri, {400, "InvalidURI", "Couldn't parse the specified URI."}},
    {S3Code::key_too_long, {400, "KeyTooLongError", "Your key is too long"}},
    {S3Code::malformed_acl,
     {400,
      "MalformedACLError",
      "The ACL that you provided was not well formed or did not validate against our published "
      "schema."}},
    {S3Code::malformed_policy,
     {400, "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'"}},
    {S3Code::malformed_post_request,
     {400,
      "MalformedPOSTRequest",
      "The body of your POST request is not well-formed multipart/form-data."}},
    {S3Code::malformed_trailer,
     {400,
      "MalformedTrailerError",
      "The request contained trailing data that was not well-formed or did not conform to our "
      "published schema."}},
    {S3Code::malformed_xml,
     {400,
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema"}},
    {S3Code::max_message_length_exceeded,
     {400, "MaxMessageLengthExceeded", "Your request was too large."}},
    {S3Code::metadata_too_large,
     {400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"}},
    {S3Code::method_not_allowed,
     {405, "MethodNotAllowed", "The specified method is not allowed against this resource."}},
    {S3Code::missing_content_length,
     {411, "MissingContentLength", "You must provide the Content-Length HTTP header."}},
    {S3Code::missing_request_body, {400, "MissingRequestBodyError", "Request Body is empty"}},
    {S3Code::missing_security_header,
     {400, "MissingSecurityHeader", "Your request was missing a required header"}},
    {S3Code::no_such_bucket, {404, "NoSuchBucket", "The specified bucket does not exist"}},
    {S3Code::no_such_bucket_policy,
     {404, "NoSuchBucketPolicy", "The bucket policy does not exist"}},
    {S3Code::no_such_cors_configuration,
     {404, "NoSuchCORSConfiguration", "The CORS configuration does not exist"}},
    {S3Code::no_such_key, {404, "NoSuchKey", "The specified key does not exist."}},
    {S3Code::no_such_lifecycle_configuration,
     {404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"}},
    {S3Code::no_such_object_lock_configuration,
     {404,
      "NoSuchObjectLockConfiguration",
      "The specified object does not have a ObjectLock configuration"}},
    {S3Code::no_such_public_access_block,
     {404,
      "NoSuchPublicAccessBlockConfiguration",
      "The public access block configuration was not found"}},
    {S3Code::no_such_tag_set, {404, "NoSuchTagSet", "The TagSet does not exist"}},
    {S3Code::no_such_upload,
     {404,
      "NoSuchUpload",
      "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
      "been aborted or completed."}},
    {S3Code::no_such_version, {404, "NoSuchVersion", "The specified version does not exist."}},
    {S3Code::no_such_website_configuration,
     {404,
      "NoSuchWebsiteConfiguration",
      "The specified bucket does not have a website configuration"}},
    {S3Code::not_implemented,
     {501,
      "NotImplemented",
      "A header or query you provided implies functionality that is not implemented."}},
    {S3Code::not_modified, {304, "NotModified", "Not Modified"}},
    {S3Code::object_lock_configuration_not_found,
     {404,
      "ObjectLockConfigurationNotFoundError",
      "Object Lock configuration does not exist for this bucket"}},
    {S3Code::ownership_controls_not_found,
     {404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found"}},
    {S3Code::precondition_failed,
     {412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}},
    {S3Code::quota_exceeded, {403, "QuotaExceeded", "The quota has been exceeded."}},
    {S3Code::replication_configuration_not_found,
     {404, "ReplicationConfigurationNotFoundError", "The replication configuration was not found"}},
    {S3Code::request_header_section_too_large,
     {400,
      "RequestHeaderSectionTooLarge",
      "Your request header section exceeds the maximum allowed size."}},
    {S3Code::request_time_too_skewed,
     {403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large."}},
    {S3Code::request_timeout,
     {400,
      "RequestTimeout",
      "Your socket connection to the server was not read from or written to within the timeout "
      "period."}},
    {S3Code::restore_already_in_progress,
     {409, "RestoreAlreadyInProgress", "Object restore is already in progress."}},
    {S3Code::server_side_encryption_configuration_not_found,
     {404,
      "ServerSideEncryptionConfigurationNotFoundError",
      "The server side encryption configuration was not found"}},
    {S3Code::service_unavailable,
     {503, "ServiceUnavailable", "Service is unable to handle request."}},
    {S3Code::signature_does_not_match,
     {403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your "
      "key and signing method."}},
    {S3Code::slow_down, {503, "SlowDown", "Please reduce your request rate."}},
    {S3Code::storage_full, {507, "InsufficientStorage", "The storage is full."}},
    {S3Code::too_many_buckets,
     {400, "TooManyBuckets", "You have attempted to create more buckets than allowed"}},
    {S3Code::unexpected_content,
     {400, "UnexpectedContent", "This request does not support content"}},
    {S3Code::unresolvable_grant_by_email_address,
     {400,
      "UnresolvableGrantByEmailAddress",
      "The e-mail address you provided does not match any account on record"}},
    {S3Code::uri_too_long, {414, "URITooLong", "The request URI is too long."}},
    {S3Code::x_amz_content_sha256_mismatch,
     {400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed."}},
});

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].code) != i)
            return false;
    return table.back().code == S3Code::x_amz_content_sha256_mismatch;
}

static_assert(is_in_order(), "every S3Code has its row, in the order of the enum");

}  // namespace

const S3CodeFacts& facts(S3Code code) noexcept {
    return table[static_cast<std::size_t>(code)].facts;
}

S3Error::S3Error(S3Code code, const std::string& message)
    : std::runtime_error(message.empty() ? std::string(facts(code).message) : message),
      code_(code) {}

S3Error&& S3Error::with(std::string element, std::string value) && {
    elements_.emplace_back(std::move(element), std::move(value));
    return std::move(*this);
}

S3Error&& S3Error::with_header(std::string name, std::string value) && {
    headers_.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
}

}  // namespace alexander::s3
