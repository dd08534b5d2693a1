// Create, head, delete, location and versioning of buckets.
#include "s3d/acl_wire.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"
#include "s3d/s3_error.h"
#include "s3d/settings/bucket_documents.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

namespace alexander::s3 {

namespace {

constexpr std::uint64_t configuration_limit_bytes = 64 * 1024;
constexpr std::string_view default_region = "us-east-1";

// What clients ask for at creation and this server would otherwise ignore.
void check_bucket_options(const Call& call) {
    check_object_options(call);
}

// The settings that a new bucket has from the start, by the headers of its creation.
Buckets::Documents read_first_documents(const Call& call) {
    Buckets::Documents documents;
    const AclOwners owners{call.who.canonical_id, call.who.canonical_id};
    const auto acl = read_acl_headers(call, owners);
    if (acl && *acl != *canned_acl("private", owners))
        documents[catalog::DocumentKind::acl] = acl->to_text();
    const auto name = call.header("x-amz-object-ownership");
    if (!name)
        return documents;
    const auto ownership = parse_ownership(*name);
    if (!ownership)
        throw S3Error(S3Code::invalid_argument, "Invalid x-amz-object-ownership header")
            .with("ArgumentName", "x-amz-object-ownership")
            .with("ArgumentValue", std::string(*name));
    if (*ownership == Ownership::bucket_owner_enforced &&
        documents.contains(catalog::DocumentKind::acl))
        throw S3Error(S3Code::invalid_bucket_acl_with_object_ownership);
    documents[catalog::DocumentKind::ownership] = ownership_document(*name);
    return documents;
}

// In us-east-1 creating one's own bucket again succeeds, if it would be the same bucket: its list
// is neither silently kept nor silently replaced.
void check_same_bucket(const Call& call, const Buckets::Documents& wanted) {
    if (call.service.region != default_region)
        throw S3Error(S3Code::bucket_already_owned_by_you);
    const auto acl_of = [](const Buckets::Documents& documents) {
        const auto found = documents.find(catalog::DocumentKind::acl);
        return found == documents.end() ? std::string() : found->second;
    };
    Buckets& buckets = call.service.store.buckets();
    if (acl_of(buckets.documents(buckets.get(call.bucket_name))) != acl_of(wanted))
        throw S3Error(S3Code::bucket_already_exists);
}

void check_location(const Call& call, const std::string& body) {
    if (body.empty())
        return;
    const xml::Element root = xml::parse(body, "CreateBucketConfiguration");
    const auto constraint = root.text_of("LocationConstraint");
    if (constraint && !constraint->empty() && *constraint != call.service.region)
        throw S3Error(S3Code::invalid_location_constraint,
                      "The specified location-constraint is not valid: this server is in " +
                          call.service.region + ".");
}

}  // namespace

http::Response create_bucket(Call& call) {
    check_bucket_options(call);
    check_location(call, call.context.payload().read_text(configuration_limit_bytes));
    Buckets::CreateOptions options;
    options.region = call.service.region;
    options.documents = read_first_documents(call);
    const std::string lock = call.text_header("x-amz-bucket-object-lock-enabled");
    options.object_lock = lock == "true" || lock == "True";
    const auto waiting = call.context.about_to_block();
    try {
        call.service.store.buckets().create(call.who, call.bucket_name, options);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::bucket_already_owned)
            throw;
        check_same_bucket(call, options.documents);
    }
    http::Response response;
    response.set("Location", "/" + call.bucket_name);
    return response;
}

http::Response head_bucket(Call& call) {
    http::Response response;
    response.set("x-amz-bucket-region", call.service.region);
    response.set("x-amz-access-point-alias", "false");
    if (call.parameter("read-stats") == "true") {  // as Ceph's clients ask
        const catalog::Usage usage = call.service.store.buckets().usage(call.bucket_name);
        response.set("x-rgw-object-count", std::to_string(usage.objects));
        response.set("x-rgw-bytes-used", std::to_string(usage.bytes));
    }
    return response;
}

http::Response delete_bucket(Call& call) {
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().remove(call.bucket_name);
    http::Response response;
    response.status = 204;
    return response;
}

http::Response get_bucket_location(Call& call) {
    const std::string& region = call.service.region;
    std::string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"" +
                       std::string(xml::s3_namespace) + "\">";
    if (region != default_region)
        xml::append_escaped(body, region);
    return http::Response::text(200, "application/xml", body + "</LocationConstraint>");
}

http::Response get_bucket_versioning(Call& call) {
    xml::Writer writer("VersioningConfiguration");
    if (call.bucket->versioning == catalog::Versioning::enabled)
        writer.element("Status", "Enabled");
    if (call.bucket->versioning == catalog::Versioning::suspended)
        writer.element("Status", "Suspended");
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response put_bucket_versioning(Call& call) {
    const std::string body = call.context.payload().read_text(configuration_limit_bytes);
    const xml::Element root = xml::parse(body, "VersioningConfiguration");
    if (root.text_of("MfaDelete").value_or("Disabled") != "Disabled")
        throw S3Error(S3Code::not_implemented, "This server does not offer MFA delete.");
    const std::string status = root.text_of("Status").value_or("");
    if (status != "Enabled" && status != "Suspended")
        throw S3Error(S3Code::malformed_xml);
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_versioning(
        call.bucket_name,
        status == "Enabled" ? catalog::Versioning::enabled : catalog::Versioning::suspended);
    return {};
}

}  // namespace alexander::s3
