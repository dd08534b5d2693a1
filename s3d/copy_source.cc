#include "s3d/copy_source.h"

#include "s3d/authorization.h"
#include "s3d/object_headers.h"

namespace alexander::s3 {

namespace {

struct SourceName {
    std::string bucket;
    std::string key;
    std::optional<VersionId> version;
};

[[noreturn]] void refuse(const char* message) {
    throw S3Error(S3Code::invalid_argument, message).with("ArgumentName", "x-amz-copy-source");
}

SourceName parse_source(std::string_view header) {
    SourceName source;
    constexpr std::string_view version_mark = "?versionId=";
    if (const std::size_t mark = header.find(version_mark); mark != std::string_view::npos) {
        const auto text = percent_decode(header.substr(mark + version_mark.size()));
        source.version = text ? VersionId::parse(*text) : std::nullopt;
        if (!source.version)
            refuse("Invalid version id specified");
        header = header.substr(0, mark);
    }
    const auto decoded = percent_decode(header);
    if (!decoded)
        refuse("Copy Source must be URL encoded");
    std::string_view name = *decoded;
    if (name.starts_with('/'))
        name.remove_prefix(1);
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == name.size())
        refuse("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    source.bucket = std::string(name.substr(0, slash));
    source.key = std::string(name.substr(slash + 1));
    return source;
}

}  // namespace

CopySource read_copy_source(Call& call) {
    const SourceName name = parse_source(*call.header("x-amz-copy-source"));
    const catalog::Bucket bucket = call.service.store.buckets().get(name.bucket);
    authorize_source(call, bucket, name.key, name.version);
    auto object = call.service.store.objects().find(name.bucket, name.key, name.version);
    if (!object && name.version)
        throw S3Error(S3Code::no_such_version).with("Key", name.key);
    if (!object || (object->is_marker && !name.version))
        throw S3Error(S3Code::no_such_key).with("Key", name.key);
    if (object->is_marker)
        throw S3Error(S3Code::invalid_request,
                      "The source of a copy request may not specifically refer to a delete marker "
                      "by version id.");
    // Unlike reads, a copy fails wherever a read would answer 304.
    if (judge(read_conditions(call, "x-amz-copy-source-"), *object, call.service.clock.now()) !=
        Verdict::proceed)
        throw S3Error(S3Code::precondition_failed);
    return {name.bucket, std::move(*object)};
}

}  // namespace alexander::s3
