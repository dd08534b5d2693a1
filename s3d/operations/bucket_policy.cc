// GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus.
#include "s3d/bucket_operations.h"
#include "s3d/bucket_rules.h"
#include "s3d/s3_error.h"
#include "s3d/xml/writer.h"

namespace alexander::s3 {

namespace {

constexpr std::uint64_t policy_limit_bytes = 64UL * 1024;

Policy parse_policy(const std::string& body, const std::string& bucket) {
    try {
        return Policy::parse(body, bucket);
    } catch (const Error& error) {
        throw S3Error(S3Code::malformed_policy, error.what());
    }
}

}  // namespace

http::Response get_bucket_policy(Call& call) {
    const auto documents = call.service.store.buckets().documents(*call.bucket);
    const auto policy = documents.find(catalog::DocumentKind::policy);
    if (policy == documents.end())
        throw S3Error(S3Code::no_such_bucket_policy).with("BucketName", call.bucket_name);
    return http::Response::text(200, "application/json", policy->second);
}

http::Response put_bucket_policy(Call& call) {
    const std::string body = call.context.payload().read_text(policy_limit_bytes);
    const Policy policy = parse_policy(body, call.bucket_name);
    if (policy.is_public() && call.rules && call.rules->access.block.block_public_policy)
        throw S3Error(S3Code::access_denied);
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_document(
        call.bucket_name, catalog::DocumentKind::policy, body);
    http::Response response;
    response.status = 204;
    return response;
}

http::Response delete_bucket_policy(Call& call) {
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_document(
        call.bucket_name, catalog::DocumentKind::policy, std::nullopt);
    http::Response response;
    response.status = 204;
    return response;
}

http::Response get_bucket_policy_status(Call& call) {
    bool is_public = false;
    if (call.rules) {
        const BucketAccess& access = call.rules->access;
        const bool lists_count = access.ownership != Ownership::bucket_owner_enforced &&
                                 !access.block.ignore_public_acls;
        is_public = (access.policy && access.policy->is_public() &&
                     !access.block.restrict_public_buckets) ||
                    (access.acl && access.acl->is_public() && lists_count);
    }
    xml::Writer writer("PolicyStatus");
    writer.flag("IsPublic", is_public);
    return http::Response::text(200, "application/xml", writer.finish());
}

}  // namespace alexander::s3
