// The errors of the S3 protocol: codes, HTTP statuses, and what their XML carries.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3 {

/// Each is the S3 code of the same name in words. The table is s3_error.cc.
enum class S3Code : std::uint8_t {
    access_control_list_not_supported,
    access_denied,
    access_forbidden,
    authorization_header_malformed,
    authorization_query_parameters_error,
    bad_digest,
    bad_request,
    bucket_already_exists,
    bucket_already_owned_by_you,
    bucket_not_empty,
    conditional_request_conflict,
    entity_too_large,
    entity_too_small,
    expectation_failed,
    idempotency_parameter_mismatch,
    illegal_location_constraint,
    incomplete_body,
    internal_error,
    invalid_access_key_id,
    invalid_argument,
    invalid_bucket_acl_with_object_ownership,
    invalid_bucket_name,
    invalid_bucket_state,
    invalid_chunk_size,
    invalid_digest,
    invalid_encryption_algorithm,
    invalid_location_constraint,
    invalid_object_state,
    invalid_part,
    invalid_part_number,
    invalid_part_order,
    invalid_policy_document,
    invalid_range,
    invalid_request,
    invalid_retention_period,
    invalid_storage_class,
    invalid_tag,
    invalid_token,
    invalid_uri,
    key_too_long,
    malformed_acl,
    malformed_policy,
    malformed_post_request,
    malformed_trailer,
    malformed_xml,
    max_message_length_exceeded,
    metadata_too_large,
    method_not_allowed,
    missing_content_length,
    missing_request_body,
    missing_security_header,
    no_such_bucket,
    no_such_bucket_policy,
    no_such_cors_configuration,
    no_such_key,
    no_such_lifecycle_configuration,
    no_such_object_lock_configuration,
    no_such_public_access_block,
    no_such_tag_set,
    no_such_upload,
    no_such_version,
    no_such_website_configuration,
    not_implemented,
    not_modified,
    object_lock_configuration_not_found,
    ownership_controls_not_found,
    precondition_failed,
    quota_exceeded,
    replication_configuration_not_found,
    request_header_section_too_large,
    request_time_too_skewed,
    request_timeout,
    restore_already_in_progress,
    server_side_encryption_configuration_not_found,
    service_unavailable,
    signature_does_not_match,
    slow_down,
    storage_full,
    too_many_buckets,
    unexpected_content,
    unresolvable_grant_by_email_address,
    uri_too_long,
    x_amz_content_sha256_mismatch,
};

struct S3CodeFacts {
    int status;
    std::string_view name;     // as in <Code>
    std::string_view message;  // what <Message> says unless the thrower knows better
};

[[nodiscard]] const S3CodeFacts& facts(S3Code code) noexcept;

/// What a request handler throws to end its request with an S3 error.
class S3Error : public std::runtime_error {
public:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    /// An empty message means the code's own.
    explicit S3Error(S3Code code, const std::string& message = {});

    /// Adds an element to the XML after <Message>, such as BucketName, Key or Region.
    S3Error&& with(std::string element, std::string value) &&;

    /// Adds a header to the answer, such as `x-amz-delete-marker` or `Allow`.
    S3Error&& with_header(std::string name, std::string value) &&;

    [[nodiscard]] S3Code code() const noexcept { return code_; }

    [[nodiscard]] const Fields& elements() const noexcept { return elements_; }

    [[nodiscard]] const Fields& headers() const noexcept { return headers_; }

private:
    S3Code code_;
    Fields elements_;
    Fields headers_;
};

}  // namespace alexander::s3
