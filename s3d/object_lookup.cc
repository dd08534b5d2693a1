#include "s3d/object_lookup.h"

#include "s3d/object_headers.h"

namespace alexander::s3 {

namespace {

[[noreturn]] void refuse_marker(const Call& call, const ObjectInfo& marker, bool by_version) {
    S3Error error = by_version ? S3Error(S3Code::method_not_allowed)
                                     .with_header("Allow", "DELETE")
                                     .with("Method", std::string(call.context.request().method))
                                     .with("ResourceType", "DeleteMarker")
                               : S3Error(S3Code::no_such_key).with("Key", call.key);
    throw std::move(error)
        .with_header("x-amz-delete-marker", "true")
        .with_header("x-amz-version-id", marker.version.to_text());
}

}  // namespace

ObjectInfo find_object(Call& call, Marker marker) {
    const auto version = read_version(call);
    auto object = call.service.store.objects().find(call.bucket_name, call.key, version);
    if (!object && version)
        throw S3Error(S3Code::no_such_version)
            .with("Key", call.key)
            .with("VersionId", version->to_text());
    if (!object)
        throw S3Error(S3Code::no_such_key).with("Key", call.key);
    if (object->is_marker)
        refuse_marker(call, *object, version || marker == Marker::refused_everywhere);
    return std::move(*object);
}

void add_changed_version(http::Response& response, const Objects::ChangeResult& result) {
    if (result.versioned)
        response.set("x-amz-version-id", result.version.to_text());
}

}  // namespace alexander::s3
