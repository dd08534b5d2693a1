// CreateMultipartUpload, UploadPart, UploadPartCopy, AbortMultipartUpload.
#include "base/time_format.h"
#include "crypto/hash.h"
#include "s3d/acl_wire.h"
#include "s3d/authorization.h"
#include "s3d/content_source.h"
#include "s3d/copy_source.h"
#include "s3d/customer_key.h"
#include "s3d/lock_headers.h"
#include "s3d/multipart.h"
#include "s3d/object_headers.h"
#include "s3d/range.h"
#include "s3d/upload_body.h"
#include "s3d/xml/writer.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::int32_t part_number_limit = 10'000;
constexpr std::array<std::byte, 16> no_salt{};

// Algorithm and type as S3's table has them: CRC64NVME is of the whole object only, what cannot be
// joined is composite only, the other CRCs are composites unless asked.
alexander::Checksum read_upload_checksum(const Call& call) {
    alexander::Checksum checksum;
    const std::string name = call.text_header("x-amz-checksum-algorithm");
    const std::string type = call.text_header("x-amz-checksum-type");
    if (name.empty()) {
        if (!type.empty())
            throw S3Error(S3Code::invalid_request,
                          "The x-amz-checksum-type header can only be used with the "
                          "x-amz-checksum-algorithm header.");
        return checksum;
    }
    const auto algorithm = parse_checksum_algorithm(name);
    if (!algorithm)
        throw S3Error(S3Code::invalid_request, "Checksum algorithm provided is unsupported.");
    checksum.algorithm = to_store(*algorithm);
    const bool is_crc64 = *algorithm == ChecksumAlgorithm::crc64nvme;
    const bool full = type.empty() ? is_crc64 : type == "FULL_OBJECT";
    if ((!type.empty() && type != "FULL_OBJECT" && type != "COMPOSITE") ||
        (full && !can_be_joined(*algorithm)) || (!full && is_crc64))
        throw S3Error(S3Code::invalid_request,
                      "The " + type + " checksum type cannot be used with the " + name +
                          " checksum algorithm.");
    checksum.type = full ? ChecksumType::full_object : ChecksumType::composite;
    return checksum;
}

std::int32_t read_part_number(const Call& call) {
    const std::string_view text = call.parameter("partNumber").value_or("");
    std::int32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number < 1 ||
        number > part_number_limit)
        throw S3Error(S3Code::invalid_argument,
                      "Part number must be an integer between 1 and 10000, inclusive")
            .with("ArgumentName", "partNumber")
            .with("ArgumentValue", std::string(text));
    return number;
}

NewPart name_part(const Call& call, const catalog::UploadKey& upload, std::int32_t number) {
    NewPart part;
    part.bucket = call.bucket_name;
    part.key = call.key;
    part.upload = upload;
    part.number = number;
    return part;
}

struct PartDigests {
    Etag etag;
    alexander::Checksum checksum;
};

// MD5 and the upload's checksum of bytes that are shared, not sent: they are read once.
PartDigests digest_range(Call& call,
                         const ObjectInfo& source,
                         const Range& range,
                         alexander::ChecksumAlgorithm wanted) {
    Hash md5(HashKind::md5);
    ChecksumState state(to_wire(wanted).value_or(ChecksumAlgorithm::crc64nvme));
    ContentSource bytes(call.service.store.objects().reader(source), range.offset, range.length);
    for (ByteView block = bytes.next(); !block.empty(); block = bytes.next()) {
        md5.update(block);
        state.update(block);
    }
    PartDigests digests;
    std::ranges::copy(md5.finish(), digests.etag.digest.begin());
    digests.checksum = to_store(state.finish());
    return digests;
}

}  // namespace

catalog::UploadKey read_upload(const Call& call) {
    const auto upload = parse_upload_key(call.parameter("uploadId").value_or(""));
    if (!upload)
        throw S3Error(S3Code::no_such_upload);
    return *upload;
}

http::Response create_multipart_upload(Call& call) {
    check_object_options(call);
    ObjectAttributes attributes = read_attributes(call);
    attributes.checksum = read_upload_checksum(call);
    const NewOwner owner = read_new_owner(call);
    attributes.acl = owner.acl;
    const auto key = read_customer_key(call);
    if (key)
        attributes.customer = key->begin(call.service.random);
    const auto waiting = call.context.about_to_block();
    const catalog::UploadKey upload = call.service.store.uploads().create(
        owner.who, call.bucket_name, call.key, attributes, read_lock_request(call));

    xml::Writer writer("InitiateMultipartUploadResult");
    writer.element("Bucket", call.bucket_name).element("Key", call.key);
    writer.element("UploadId", alexander::to_text(upload));
    auto response = http::Response::text(200, "application/xml", writer.finish());
    add_encryption_headers(response, key.get());
    if (const auto algorithm = to_wire(attributes.checksum.algorithm)) {
        response.set("x-amz-checksum-algorithm", to_string(*algorithm));
        response.set("x-amz-checksum-type", to_text(attributes.checksum.type));
    }
    return response;
}

http::Response upload_part(Call& call) {
    check_object_options(call);
    const catalog::UploadKey upload = read_upload(call);
    NewPart part = name_part(call, upload, read_part_number(call));
    Uploads& uploads = call.service.store.uploads();
    const UploadInfo info = uploads.get(call.bucket_name, call.key, upload);
    const auto own = to_wire(info.attributes.checksum.algorithm);
    const auto key = read_customer_key(call);
    check_upload_key(key.get(), info.attributes.customer);
    if (key)
        call.service.random.fill(part.customer_salt.emplace());

    ReceivedBody body = receive_body(call,
                                     uploads.writer(call.bucket_name, call.key),
                                     own,
                                     key.get(),
                                     part.customer_salt.value_or(no_salt));
    if (own && body.checksum.algorithm != info.attributes.checksum.algorithm)
        throw S3Error(S3Code::invalid_request,
                      "Checksum Type mismatch occurred, expected checksum Type: " +
                          std::string(to_string(*own)));
    part.content = std::move(body.content);
    part.etag = body.etag;
    part.checksum = std::move(body.checksum);
    const alexander::Checksum checksum = part.checksum;

    const auto waiting = call.context.about_to_block();
    const PartInfo stored = uploads.put_part(std::move(part));
    http::Response response;
    response.set("ETag", quoted(stored.etag));
    add_encryption_headers(response, key.get());
    if (const auto algorithm = to_wire(checksum.algorithm))
        response.set(checksum_header(*algorithm), to_text(checksum));
    return response;
}

http::Response upload_part_copy(Call& call) {
    check_object_options(call);
    const catalog::UploadKey upload = read_upload(call);
    NewPart part = name_part(call, upload, read_part_number(call));
    Uploads& uploads = call.service.store.uploads();
    const UploadInfo info = uploads.get(call.bucket_name, call.key, upload);
    const CopySource source = read_copy_source(call);
    Range range{0, source.object.size_bytes};
    std::optional<Uploads::ByteRange> shared;
    if (const auto header = call.header("x-amz-copy-source-range")) {
        range = parse_copy_range(*header, source.object.size_bytes);
        shared = Uploads::ByteRange{range.offset, range.offset + range.length - 1};
    }
    const auto source_key = read_customer_key(call, KeyOf::copy_source);
    check_customer_key(source_key.get(), source.object.attributes->customer);
    const auto key = read_customer_key(call);
    check_upload_key(key.get(), info.attributes.customer);
    const auto waiting = call.context.about_to_block();
    if (key || source_key) {
        if (key)
            call.service.random.fill(part.customer_salt.emplace());
        const auto bytes =
            object_source(call, source.object, source_key, range.offset, range.length);
        ReceivedBody body = store_again(*bytes,
                                        uploads.writer(call.bucket_name, call.key),
                                        to_wire(info.attributes.checksum.algorithm),
                                        key.get(),
                                        part.customer_salt.value_or(no_salt));
        part.etag = body.etag;
        part.checksum = std::move(body.checksum);
        part.content = std::move(body.content);
    } else {
        const PartDigests digests =
            digest_range(call, source.object, range, info.attributes.checksum.algorithm);
        part.etag = digests.etag;
        part.checksum = digests.checksum;
        part.content = uploads.share(source.object, call.bucket_name, shared);
    }
    const alexander::Checksum checksum = part.checksum;
    const PartInfo stored = uploads.put_part(std::move(part));

    xml::Writer writer("CopyPartResult");
    writer.element("LastModified", format_iso8601(stored.modified));
    writer.element("ETag", quoted(stored.etag));
    if (const auto algorithm = to_wire(checksum.algorithm))
        writer.element("Checksum" + std::string(to_string(*algorithm)), to_text(checksum));
    auto response = http::Response::text(200, "application/xml", writer.finish());
    add_encryption_headers(response, key.get());
    if (source.object.versioned)
        response.set("x-amz-copy-source-version-id", source.object.version.to_text());
    return response;
}

http::Response abort_multipart_upload(Call& call) {
    const catalog::UploadKey upload = read_upload(call);
    Uploads& uploads = call.service.store.uploads();
    authorize_upload(call,
                     Action::abort_multipart_upload,
                     uploads.get(call.bucket_name, call.key, upload).owner);
    const auto waiting = call.context.about_to_block();
    uploads.abort(call.bucket_name, call.key, upload);
    http::Response response;
    response.status = 204;
    return response;
}

}  // namespace alexander::s3
