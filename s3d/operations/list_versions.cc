// ListObjectVersions.
#include "base/time_format.h"
#include "s3d/list_parameters.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"

namespace alexander::s3 {

namespace {

constexpr std::size_t page_limit = 1000;

ListVersionsRequest read_request(const Call& call) {
    ListVersionsRequest request;
    request.bucket = call.bucket_name;
    request.prefix = std::string(call.parameter("prefix").value_or(""));
    request.delimiter = std::string(call.parameter("delimiter").value_or(""));
    request.key_marker = std::string(call.parameter("key-marker").value_or(""));
    request.max_entries = read_limit(call, "max-keys", page_limit);
    const std::string_view marker = call.parameter("version-id-marker").value_or("");
    if (marker.empty())
        return request;
    if (request.key_marker.empty())
        throw S3Error(S3Code::invalid_argument,
                      "A version-id marker cannot be specified without a key marker.")
            .with("ArgumentName", "version-id-marker");
    request.version_marker = VersionId::parse(marker);
    if (!request.version_marker)
        throw S3Error(S3Code::invalid_argument, "Invalid version id specified")
            .with("ArgumentName", "version-id-marker");
    return request;
}

void write_version(xml::Writer& writer,
                   const ObjectInfo& version,
                   xml::KeyEncoding encoding,
                   Owners& owners) {
    writer.open(version.is_marker ? "DeleteMarker" : "Version");
    writer.key("Key", version.key, encoding);
    writer.element("VersionId", version.version.to_text());
    writer.flag("IsLatest", version.is_latest);
    writer.element("LastModified", format_iso8601(version.modified));
    if (!version.is_marker) {
        writer.element("ETag", quoted(version.etag));
        writer.number("Size", version.size_bytes);
    }
    owners.write(writer, "Owner", version.owner);
    if (!version.is_marker)
        writer.element("StorageClass", version.storage_class);
    writer.close();
}

}  // namespace

http::Response list_object_versions(Call& call) {
    const ListVersionsRequest request = read_request(call);
    const xml::KeyEncoding encoding = read_encoding(call);
    ListVersionsResult result;
    if (request.max_entries > 0)
        result = call.service.store.objects().list_versions(request);

    xml::Writer writer("ListVersionsResult");
    writer.element("Name", request.bucket).key("Prefix", request.prefix, encoding);
    writer.key("KeyMarker", request.key_marker, encoding);
    writer.element("VersionIdMarker", call.parameter("version-id-marker").value_or(""));
    if (result.is_truncated) {
        writer.key("NextKeyMarker", result.next_key_marker, encoding);
        if (result.next_version_marker)
            writer.element("NextVersionIdMarker", result.next_version_marker->to_text());
    }
    writer.number("MaxKeys", request.max_entries);
    if (!request.delimiter.empty())
        writer.key("Delimiter", request.delimiter, encoding);
    if (encoding == xml::KeyEncoding::url)
        writer.element("EncodingType", "url");
    writer.flag("IsTruncated", result.is_truncated);
    Owners owners(call);
    for (const ObjectInfo& version : result.versions)
        write_version(writer, version, encoding, owners);
    for (const std::string& prefix : result.common_prefixes)
        writer.open("CommonPrefixes").key("Prefix", prefix, encoding).close();
    return http::Response::text(200, "application/xml", writer.finish());
}

}  // namespace alexander::s3
