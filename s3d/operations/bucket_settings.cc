// Settings of buckets that are kept as the documents they came as: one way to get, put and delete.
#include "s3d/bucket_operations.h"
#include "s3d/bucket_rules.h"
#include "s3d/s3_error.h"
#include "s3d/settings/bucket_documents.h"
#include "s3d/settings/cors_rules.h"
#include "s3d/settings/document.h"
#include "s3d/settings/lifecycle_rules.h"
#include "s3d/settings/website.h"

#include <tuple>

namespace alexander::s3 {

namespace {

using catalog::DocumentKind;

constexpr std::uint64_t document_limit_bytes = 1024UL * 1024;

http::Response get_document(Call& call, DocumentKind kind, S3Code absent) {
    const auto documents = call.service.store.buckets().documents(*call.bucket);
    const auto document = documents.find(kind);
    if (document == documents.end())
        throw S3Error(absent).with("BucketName", call.bucket_name);
    return http::Response::text(200, "application/xml", document->second);
}

xml::Element read_document(Call& call, std::string_view root) {
    return xml::parse(call.context.payload().read_text(document_limit_bytes), root);
}

http::Response put_document(Call& call, DocumentKind kind, const std::string& body, int status) {
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_document(call.bucket_name, kind, body);
    http::Response response;
    response.status = status;
    return response;
}

http::Response delete_document(Call& call, DocumentKind kind) {
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_document(call.bucket_name, kind, std::nullopt);
    http::Response response;
    response.status = 204;
    return response;
}

// Where lists stop to count, nobody may lose by it what a list gave.
void check_list_before_enforcing(const Call& call) {
    if (!call.rules || !call.rules->access.acl)
        return;
    const auto owner = call.service.store.users().find(call.bucket->owner);
    for (const Grant& grant : call.rules->access.acl->grants) {
        const bool is_own = grant.grantee == GranteeKind::user && owner &&
                            grant.canonical_id == owner->canonical_id;
        if (!is_own)
            throw S3Error(S3Code::invalid_bucket_acl_with_object_ownership);
    }
}

}  // namespace

http::Response get_bucket_cors(Call& call) {
    return get_document(call, DocumentKind::cors, S3Code::no_such_cors_configuration);
}

http::Response put_bucket_cors(Call& call) {
    const xml::Element root = read_document(call, "CORSConfiguration");
    std::ignore = parse_cors(root);
    return put_document(call, DocumentKind::cors, to_document(root), 200);
}

http::Response delete_bucket_cors(Call& call) {
    return delete_document(call, DocumentKind::cors);
}

http::Response get_bucket_lifecycle(Call& call) {
    return get_document(call, DocumentKind::lifecycle, S3Code::no_such_lifecycle_configuration);
}

http::Response put_bucket_lifecycle(Call& call) {
    const xml::Element root = with_rule_ids(read_document(call, "LifecycleConfiguration"));
    std::ignore = parse_lifecycle(root);
    return put_document(call, DocumentKind::lifecycle, to_document(root), 200);
}

http::Response delete_bucket_lifecycle(Call& call) {
    return delete_document(call, DocumentKind::lifecycle);
}

http::Response get_bucket_tagging(Call& call) {
    return get_document(call, DocumentKind::tagging, S3Code::no_such_tag_set);
}

http::Response put_bucket_tagging(Call& call) {
    const xml::Element root = read_document(call, "Tagging");
    check_bucket_tagging(root);
    return put_document(call, DocumentKind::tagging, to_document(root), 204);
}

http::Response delete_bucket_tagging(Call& call) {
    return delete_document(call, DocumentKind::tagging);
}

http::Response get_bucket_encryption(Call& call) {
    return get_document(
        call, DocumentKind::encryption, S3Code::server_side_encryption_configuration_not_found);
}

http::Response put_bucket_encryption(Call& call) {
    const xml::Element root = read_document(call, "ServerSideEncryptionConfiguration");
    check_encryption(root);
    return put_document(call, DocumentKind::encryption, to_document(root), 200);
}

http::Response delete_bucket_encryption(Call& call) {
    return delete_document(call, DocumentKind::encryption);
}

http::Response get_bucket_ownership(Call& call) {
    return get_document(call, DocumentKind::ownership, S3Code::ownership_controls_not_found);
}

http::Response put_bucket_ownership(Call& call) {
    const xml::Element root = read_document(call, "OwnershipControls");
    if (parse_ownership(root) == Ownership::bucket_owner_enforced)
        check_list_before_enforcing(call);
    return put_document(call, DocumentKind::ownership, to_document(root), 200);
}

http::Response delete_bucket_ownership(Call& call) {
    return delete_document(call, DocumentKind::ownership);
}

http::Response get_public_access_block(Call& call) {
    return get_document(
        call, DocumentKind::public_access_block, S3Code::no_such_public_access_block);
}

http::Response put_public_access_block(Call& call) {
    const PublicAccessBlock block =
        parse_public_access_block(read_document(call, "PublicAccessBlockConfiguration"));
    return put_document(call, DocumentKind::public_access_block, to_document(block), 200);
}

http::Response delete_public_access_block(Call& call) {
    return delete_document(call, DocumentKind::public_access_block);
}

http::Response get_bucket_website(Call& call) {
    return get_document(call, DocumentKind::website, S3Code::no_such_website_configuration);
}

http::Response put_bucket_website(Call& call) {
    const xml::Element root = read_document(call, "WebsiteConfiguration");
    std::ignore = parse_website(root);
    return put_document(call, DocumentKind::website, to_document(root), 200);
}

http::Response delete_bucket_website(Call& call) {
    return delete_document(call, DocumentKind::website);
}

}  // namespace alexander::s3
