// PutObject.
#include "s3d/acl_wire.h"
#include "s3d/authorization.h"
#include "s3d/expiration_header.h"
#include "s3d/lock_headers.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"
#include "s3d/upload_body.h"

namespace alexander::s3 {

namespace {

// Answered before the body is invited; what counts is decided again in the commit.
void check_early(Call& call, const WriteConditions& conditions) {
    if (!conditions.is_conditional())
        return;
    const auto current =
        call.service.store.objects().find(call.bucket_name, call.key, std::nullopt);
    const bool exists = current && !current->is_marker;
    const bool is_that = exists && conditions.if_none_match == current->etag.to_text();
    if ((conditions.if_none_match_any && exists) || is_that)
        throw S3Error(S3Code::precondition_failed).with("Condition", "If-None-Match");
    if (conditions.if_match && !exists)
        throw S3Error(S3Code::no_such_key).with("Key", call.key);
    if (conditions.if_match && *conditions.if_match != "*" &&
        *conditions.if_match != current->etag.to_text())
        throw S3Error(S3Code::precondition_failed).with("Condition", "If-Match");
}

// A lock is put on what the client meant to send, or not at all.
void check_lock_integrity(Call& call, const LockRequest& lock) {
    if (!lock.is_empty() && !call.context.payload().plan().has_integrity())
        throw S3Error(S3Code::invalid_request,
                      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object "
                      "requests with Object Lock parameters");
}

}  // namespace

http::Response put_object(Call& call) {
    check_object_options(call);
    NewObject object;
    object.bucket = call.bucket_name;
    object.key = call.key;
    object.attributes = read_attributes(call);
    const NewOwner owner = read_new_owner(call);
    object.attributes.acl = owner.acl;
    object.conditions = read_write_conditions(call);
    authorize_match(call, call.key, object.conditions);
    object.lock = read_lock_request(call);
    check_lock_integrity(call, object.lock);
    const auto key = read_customer_key(call);
    check_early(call, object.conditions);

    EncryptedSpan span;
    if (key) {
        object.attributes.customer = key->begin(call.service.random);
        call.service.random.fill(span.salt);
    }
    ReceivedBody body =
        receive_body(call,
                     call.service.store.objects().writer(call.bucket_name, call.key),
                     {},
                     key.get(),
                     span.salt);
    span.size_bytes = body.content.size_bytes();
    if (key && span.size_bytes > 0)
        object.attributes.customer->spans = {span};
    object.content = std::move(body.content);
    object.etag = body.etag;
    object.attributes.checksum = std::move(body.checksum);
    const alexander::Checksum checksum = object.attributes.checksum;
    const Tags tags = object.attributes.tags;
    const std::uint64_t size_bytes = object.content.size_bytes();

    const auto waiting = call.context.about_to_block();
    const PutResult result = call.service.store.objects().put(owner.who, std::move(object));
    http::Response response;
    response.set("ETag", quoted(result.etag));
    add_version_headers(response, result, key.get());
    add_checksum_headers(response, checksum);
    add_expiration_header(response, call, size_bytes, result.modified, tags);
    return response;
}

}  // namespace alexander::s3
