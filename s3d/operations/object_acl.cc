// GetObjectAcl, PutObjectAcl.
#include "s3d/acl_wire.h"
#include "s3d/bucket_operations.h"
#include "s3d/object_headers.h"
#include "s3d/s3_error.h"

namespace alexander::s3 {

http::Response get_object_acl(Call& call) {
    const ObjectInfo object =
        call.service.store.objects().head(call.bucket_name, call.key, read_version(call));
    std::optional<Acl> acl;
    if (object.attributes && !object.attributes->acl.empty())
        acl = Acl::parse(object.attributes->acl);
    auto response =
        http::Response::text(200, "application/xml", acl_document(call, object.owner, acl));
    if (object.versioned)
        response.set("x-amz-version-id", object.version.to_text());
    return response;
}

http::Response put_object_acl(Call& call) {
    const auto version = read_version(call);
    Objects& objects = call.service.store.objects();
    const ObjectInfo object = objects.head(call.bucket_name, call.key, version);
    Users& users = call.service.store.users();
    const auto owner = users.find(object.owner);
    const auto bucket_owner = users.find(call.bucket->owner);
    if (!owner || !bucket_owner)
        throw S3Error(S3Code::access_denied, "The owner of the object does not exist any more.");
    const Acl acl = read_new_acl(call, {owner->canonical_id, bucket_owner->canonical_id});
    const auto waiting = call.context.about_to_block();
    const auto result = objects.set_acl(call.bucket_name, call.key, version, acl.to_text());
    http::Response response;
    if (result.versioned)
        response.set("x-amz-version-id", result.version.to_text());
    return response;
}

}  // namespace alexander::s3
