// ListParts and ListMultipartUploads.
#include "base/time_format.h"
#include "s3d/authorization.h"
#include "s3d/list_parameters.h"
#include "s3d/multipart.h"
#include "s3d/object_headers.h"

namespace alexander::s3 {

namespace {

constexpr std::size_t page_limit = 1000;
constexpr std::size_t part_number_limit = 10'000;

void write_checksum_kind(xml::Writer& writer, const alexander::Checksum& checksum) {
    const auto algorithm = to_wire(checksum.algorithm);
    if (!algorithm)
        return;
    writer.element("ChecksumAlgorithm", to_string(*algorithm));
    writer.element("ChecksumType", to_text(checksum.type));
}

void write_part(xml::Writer& writer, const PartInfo& part, bool with_checksum) {
    writer.open("Part").number("PartNumber", static_cast<std::uint64_t>(part.number));
    writer.element("LastModified", format_iso8601(part.modified));
    writer.element("ETag", quoted(part.etag)).number("Size", part.size_bytes);
    if (const auto algorithm = to_wire(part.checksum.algorithm); algorithm && with_checksum)
        writer.element("Checksum" + std::string(to_string(*algorithm)), to_text(part.checksum));
    writer.close();
}

Uploads::ListUploadsRequest read_uploads_request(const Call& call) {
    Uploads::ListUploadsRequest request;
    request.bucket = call.bucket_name;
    request.prefix = std::string(call.parameter("prefix").value_or(""));
    request.delimiter = std::string(call.parameter("delimiter").value_or(""));
    request.key_marker = std::string(call.parameter("key-marker").value_or(""));
    request.max_entries = read_limit(call, "max-uploads", page_limit);
    const std::string_view marker = call.parameter("upload-id-marker").value_or("");
    // Without a key marker S3 ignores the upload marker.
    if (!marker.empty() && !request.key_marker.empty()) {
        request.upload_marker = parse_upload_key(marker);
        if (!request.upload_marker)
            throw S3Error(S3Code::invalid_argument, "Invalid uploadId marker")
                .with("ArgumentName", "upload-id-marker");
    }
    return request;
}

}  // namespace

http::Response list_parts(Call& call) {
    const catalog::UploadKey key = read_upload(call);
    Uploads& uploads = call.service.store.uploads();
    const UploadInfo info = uploads.get(call.bucket_name, call.key, key);
    authorize_upload(call, Action::list_multipart_upload_parts, info.owner);
    const std::size_t limit = read_limit(call, "max-parts", page_limit);
    const std::string_view marker = call.parameter("part-number-marker").value_or("0");
    const auto after =
        static_cast<std::int32_t>(call.parameter("part-number-marker")
                                      ? read_limit(call, "part-number-marker", part_number_limit)
                                      : 0);
    const auto list = uploads.list_parts(call.bucket_name, call.key, key, after, limit);

    xml::Writer writer("ListPartsResult");
    writer.element("Bucket", call.bucket_name).element("Key", call.key);
    writer.element("UploadId", alexander::to_text(key));
    Owners owners(call);
    owners.write(writer, "Initiator", info.owner);
    owners.write(writer, "Owner", info.owner);
    const std::string& storage = info.attributes.storage_class;
    writer.element("StorageClass", storage.empty() ? "STANDARD" : storage);
    write_checksum_kind(writer, info.attributes.checksum);
    writer.element("PartNumberMarker", marker);
    const std::uint64_t next =
        list.parts.empty() ? 0 : static_cast<std::uint64_t>(list.parts.back().number);
    writer.number("NextPartNumberMarker", next);
    writer.number("MaxParts", limit);
    writer.flag("IsTruncated", list.is_truncated);
    const bool with_checksum =
        info.attributes.checksum.algorithm != alexander::ChecksumAlgorithm::none;
    for (const PartInfo& part : list.parts)
        write_part(writer, part, with_checksum);
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response list_multipart_uploads(Call& call) {
    const Uploads::ListUploadsRequest request = read_uploads_request(call);
    const xml::KeyEncoding encoding = read_encoding(call);
    Uploads::UploadList list;
    if (request.max_entries > 0)
        list = call.service.store.uploads().list(request);

    xml::Writer writer("ListMultipartUploadsResult");
    writer.element("Bucket", call.bucket_name).key("KeyMarker", request.key_marker, encoding);
    writer.element("UploadIdMarker", call.parameter("upload-id-marker").value_or(""));
    if (list.is_truncated) {
        writer.key("NextKeyMarker", list.next_key_marker, encoding);
        if (list.next_upload_marker)
            writer.element("NextUploadIdMarker", alexander::to_text(*list.next_upload_marker));
    }
    writer.key("Prefix", request.prefix, encoding);
    if (!request.delimiter.empty())
        writer.key("Delimiter", request.delimiter, encoding);
    if (encoding == xml::KeyEncoding::url)
        writer.element("EncodingType", "url");
    writer.number("MaxUploads", request.max_entries);
    writer.flag("IsTruncated", list.is_truncated);
    Owners owners(call);
    for (const UploadInfo& upload : list.uploads) {
        writer.open("Upload").key("Key", upload.key, encoding);
        writer.element("UploadId", alexander::to_text(upload.id));
        owners.write(writer, "Initiator", upload.owner);
        owners.write(writer, "Owner", upload.owner);
        const std::string& storage = upload.attributes.storage_class;
        writer.element("StorageClass", storage.empty() ? "STANDARD" : storage);
        writer.element("Initiated", format_iso8601(upload.initiated));
        write_checksum_kind(writer, upload.attributes.checksum);
        writer.close();
    }
    for (const std::string& prefix : list.common_prefixes)
        writer.open("CommonPrefixes").key("Prefix", prefix, encoding).close();
    return http::Response::text(200, "application/xml", writer.finish());
}

}  // namespace alexander::s3
