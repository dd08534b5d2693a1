// GetObjectTagging, PutObjectTagging, DeleteObjectTagging.
#include "s3d/object_headers.h"
#include "s3d/object_lookup.h"
#include "s3d/operation.h"
#include "s3d/tags.h"

namespace alexander::s3 {

namespace {

constexpr std::uint64_t document_limit_bytes = 64 * 1024;

http::Response change_tags(Call& call, const Tags& tags, int status) {
    const auto version = read_version(call);
    const auto waiting = call.context.about_to_block();
    const Objects::ChangeResult result =
        call.service.store.objects().set_tags(call.bucket_name, call.key, version, tags);
    http::Response response;
    response.status = status;
    add_changed_version(response, result);
    return response;
}

}  // namespace

http::Response get_object_tagging(Call& call) {
    const ObjectInfo object = find_object(call, Marker::refused_everywhere);
    auto response = http::Response::text(200, "application/xml", tag_xml(object.attributes->tags));
    if (object.versioned)
        response.set("x-amz-version-id", object.version.to_text());
    return response;
}

http::Response put_object_tagging(Call& call) {
    const std::string body = call.context.payload().read_text(document_limit_bytes);
    return change_tags(call, parse_tag_xml(body, object_tag_limit), 200);
}

http::Response delete_object_tagging(Call& call) {
    return change_tags(call, {}, 204);
}

}  // namespace alexander::s3
