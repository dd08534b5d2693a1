// GetBucketAcl, PutBucketAcl.
#include "s3d/acl_wire.h"
#include "s3d/bucket_operations.h"
#include "s3d/bucket_rules.h"
#include "s3d/s3_error.h"

namespace alexander::s3 {

http::Response get_bucket_acl(Call& call) {
    const std::optional<Acl> acl = call.rules ? call.rules->access.acl : std::nullopt;
    return http::Response::text(
        200, "application/xml", acl_document(call, call.bucket->owner, acl));
}

http::Response put_bucket_acl(Call& call) {
    const auto owner = call.service.store.users().find(call.bucket->owner);
    if (!owner)
        throw Error(ErrorCode::corrupt, "the bucket's owner does not exist");
    const Acl acl = read_new_acl(call, {owner->canonical_id, owner->canonical_id});
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_document(
        call.bucket_name, catalog::DocumentKind::acl, acl.to_text());
    return {};
}

}  // namespace alexander::s3
