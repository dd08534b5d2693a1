// CopyObject.
#include "base/time_format.h"
#include "s3d/acl_wire.h"
#include "s3d/authorization.h"
#include "s3d/content_source.h"
#include "s3d/copy_source.h"
#include "s3d/customer_key.h"
#include "s3d/expiration_header.h"
#include "s3d/lock_headers.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"
#include "s3d/upload_body.h"
#include "s3d/xml/writer.h"

namespace alexander::s3 {

namespace {

constexpr std::uint64_t copy_limit_bytes = 5ULL << 30;

bool replaces_metadata(const Call& call) {
    const std::string directive = call.text_header("x-amz-metadata-directive");
    if (!directive.empty() && directive != "COPY" && directive != "REPLACE")
        throw S3Error(S3Code::invalid_argument, "Unknown metadata directive.")
            .with("ArgumentName", "x-amz-metadata-directive")
            .with("ArgumentValue", directive);
    return directive == "REPLACE";
}

bool replaces_tags(const Call& call) {
    const std::string directive = call.text_header("x-amz-tagging-directive");
    if (!directive.empty() && directive != "COPY" && directive != "REPLACE")
        throw S3Error(S3Code::invalid_argument, "Unknown tagging directive.")
            .with("ArgumentName", "x-amz-tagging-directive")
            .with("ArgumentValue", directive);
    return directive == "REPLACE";
}

ObjectAttributes copied_attributes(const Call& call, const ObjectInfo& source, bool replace) {
    const ObjectAttributes given = read_attributes(call);
    ObjectAttributes attributes = replace ? given : *source.attributes;
    attributes.storage_class = given.storage_class;
    attributes.website_redirect = given.website_redirect;
    attributes.tags = replaces_tags(call) ? given.tags : source.attributes->tags;
    attributes.checksum = source.attributes->checksum;
    attributes.parts.clear();
    return attributes;
}

std::optional<ChecksumAlgorithm> wanted_checksum(const Call& call) {
    const auto name = call.header("x-amz-checksum-algorithm");
    const auto algorithm = name ? parse_checksum_algorithm(*name) : std::nullopt;
    if (name && !algorithm)
        throw S3Error(S3Code::invalid_request, "Checksum algorithm provided is unsupported.");
    return algorithm;
}

// The checksum that the client wants of the copy, computed by reading the source once.
void replace_checksum(Call& call, ObjectAttributes& attributes, const ObjectInfo& source) {
    const auto algorithm = wanted_checksum(call);
    if (!algorithm || to_wire(attributes.checksum.algorithm) == algorithm)
        return;
    ChecksumState state(*algorithm);
    ContentSource bytes(call.service.store.objects().reader(source), 0, source.size_bytes);
    for (ByteView block = bytes.next(); !block.empty(); block = bytes.next())
        state.update(block);
    attributes.checksum = to_store(state.finish());
}

// A copy of many parts is one object: its composite checksum no longer says what it is made of.
void renew_checksum(ObjectAttributes& attributes, const ObjectInfo& source) {
    if (attributes.checksum.type != ChecksumType::composite)
        return;
    attributes.checksum = crc64nvme_checksum(source.content.crc64nvme);
}

std::string result_xml(const PutResult& result, const ObjectAttributes& attributes) {
    xml::Writer writer("CopyObjectResult");
    writer.element("LastModified", format_iso8601(result.modified));
    writer.element("ETag", quoted(result.etag));
    if (const auto algorithm = to_wire(attributes.checksum.algorithm)) {
        writer.element("Checksum" + std::string(to_string(*algorithm)),
                       to_text(attributes.checksum));
        writer.element("ChecksumType", to_text(attributes.checksum.type));
    }
    return writer.finish();
}

struct Keys {
    std::shared_ptr<const CustomerKey> source;
    std::shared_ptr<const CustomerKey> target;

    [[nodiscard]] bool any() const { return source || target; }
};

// From or to a customer's key nothing can be shared.
PutResult copy_bytes(Call& call,
                     const Identity& owner,
                     Objects::CopyRequest& request,
                     const Keys& keys) {
    NewObject object;
    object.bucket = request.bucket;
    object.key = request.key;
    object.conditions = request.conditions;
    object.lock = request.lock;
    object.attributes = request.attributes;
    object.attributes.customer.reset();
    EncryptedSpan span;
    if (keys.target) {
        object.attributes.customer = keys.target->begin(call.service.random);
        call.service.random.fill(span.salt);
    }
    Objects& objects = call.service.store.objects();
    const auto bytes =
        object_source(call, request.source, keys.source, 0, request.source.size_bytes);
    const auto algorithm = wanted_checksum(call);
    ReceivedBody body =
        store_again(*bytes,
                    objects.writer(request.bucket, request.key),
                    algorithm ? algorithm : to_wire(request.attributes.checksum.algorithm),
                    keys.target.get(),
                    span.salt);
    span.size_bytes = body.content.size_bytes();
    if (keys.target && span.size_bytes > 0)
        object.attributes.customer->spans = {span};
    object.content = std::move(body.content);
    object.etag = body.etag;
    object.attributes.checksum = request.attributes.checksum = body.checksum;
    return objects.put(owner, std::move(object));
}

PutResult copy_shared(Call& call, const Identity& owner, Objects::CopyRequest& request) {
    renew_checksum(request.attributes, request.source);
    replace_checksum(call, request.attributes, request.source);
    return call.service.store.objects().copy(owner, request);
}

}  // namespace

http::Response copy_object(Call& call) {
    check_object_options(call);
    const bool replace = replaces_metadata(call);
    CopySource source = read_copy_source(call);
    const Keys keys{read_customer_key(call, KeyOf::copy_source), read_customer_key(call)};
    check_customer_key(keys.source.get(), source.object.attributes->customer);
    const bool same = source.bucket == call.bucket_name && source.object.key == call.key;
    const bool by_version =
        call.text_header("x-amz-copy-source").find("?versionId=") != std::string::npos;
    const bool changes = replace || replaces_tags(call) || keys.any() ||
                         call.header("x-amz-checksum-algorithm") || by_version ||
                         call.header("x-amz-storage-class") ||
                         call.header("x-amz-website-redirect-location") ||
                         call.header("x-amz-server-side-encryption");
    if (same && !changes)
        throw S3Error(S3Code::invalid_request,
                      "This copy request is illegal because it is trying to copy an object to "
                      "itself without changing the object's metadata, storage class, website "
                      "redirect location or encryption attributes.");
    if (source.object.size_bytes > copy_limit_bytes)
        throw S3Error(S3Code::invalid_request,
                      "The specified copy source is larger than the maximum allowable size for a "
                      "copy source: 5368709120");

    Objects::CopyRequest request;
    request.attributes = copied_attributes(call, source.object, replace);
    request.lock = read_lock_request(call);
    const NewOwner owner = read_new_owner(call);
    request.attributes.acl = owner.acl;  // never the source's
    request.source_bucket = source.bucket;
    request.bucket = call.bucket_name;
    request.key = call.key;
    request.conditions = read_write_conditions(call);
    authorize_match(call, call.key, request.conditions);
    const bool source_versioned = source.object.versioned;
    const std::string source_version = source.object.version.to_text();
    request.source = std::move(source.object);

    const auto waiting = call.context.about_to_block();
    const PutResult result = keys.any() ? copy_bytes(call, owner.who, request, keys)
                                        : copy_shared(call, owner.who, request);
    auto response =
        http::Response::text(200, "application/xml", result_xml(result, request.attributes));
    add_version_headers(response, result, keys.target.get());
    if (source_versioned)
        response.set("x-amz-copy-source-version-id", source_version);
    add_expiration_header(response, call);
    return response;
}

}  // namespace alexander::s3
