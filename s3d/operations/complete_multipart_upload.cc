// CompleteMultipartUpload.
#include "base/base64.h"
#include "base/error.h"
#include "s3d/authorization.h"
#include "s3d/expiration_header.h"
#include "s3d/multipart.h"
#include "s3d/object_headers.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::uint64_t request_limit_bytes = 8 * 1024 * 1024;  // 10,000 parts with checksums
constexpr std::size_t part_limit = 10'000;

CompletedPart read_part(const xml::Element& element) {
    CompletedPart part;
    const std::string number = element.text_of("PartNumber").value_or("");
    const auto [end, fault] =
        std::from_chars(number.data(), number.data() + number.size(), part.number);
    const auto etag = element.text_of("ETag");
    if (fault != std::errc() || end != number.data() + number.size() || !etag)
        throw S3Error(S3Code::malformed_xml);
    part.etag = std::string(unquoted(*etag));
    for (const ChecksumAlgorithm algorithm : checksum_algorithms()) {
        const auto text = element.text_of("Checksum" + std::string(to_string(algorithm)));
        const auto value = text ? from_base64(*text) : std::nullopt;
        if (text && !value)
            throw S3Error(S3Code::invalid_part, "A part's checksum is not base64.");
        if (value)
            part.checksum = *value;
    }
    return part;
}

std::vector<CompletedPart> read_parts(const std::string& body) {
    xml::Limits limits;
    limits.bytes = request_limit_bytes;
    limits.elements = part_limit * 8;
    const xml::Element root = xml::parse(body, "CompleteMultipartUpload", limits);
    std::vector<CompletedPart> parts;
    for (const xml::Element* element : root.all("Part"))
        parts.push_back(read_part(*element));
    if (parts.empty() || parts.size() > part_limit)
        throw S3Error(S3Code::malformed_xml);
    return parts;
}

// The checksum of the whole object that the client expects; composites come as "<base64>-<n>".
alexander::Checksum read_expected_checksum(const Call& call) {
    alexander::Checksum expected;
    for (const ChecksumAlgorithm algorithm : checksum_algorithms()) {
        const auto header = call.header(checksum_header(algorithm));
        if (!header)
            continue;
        const std::size_t dash = header->find('-');
        const auto value = from_base64(header->substr(0, dash));
        if (!value || value->size() != checksum_size(algorithm))
            throw S3Error(
                S3Code::invalid_request,
                "Value for " + std::string(checksum_header(algorithm)) + " header is invalid.");
        expected.algorithm = to_store(algorithm);
        expected.value = *value;
        expected.type =
            dash == std::string_view::npos ? ChecksumType::full_object : ChecksumType::composite;
    }
    return expected;
}

std::optional<std::uint64_t> read_expected_size(const Call& call) {
    const auto header = call.header("x-amz-mp-object-size");
    if (!header)
        return std::nullopt;
    std::uint64_t size = 0;
    const auto [end, fault] =
        std::from_chars(header->data(), header->data() + header->size(), size);
    if (fault != std::errc() || end != header->data() + header->size())
        throw S3Error(S3Code::invalid_request, "Value for x-amz-mp-object-size header is invalid.");
    return size;
}

// Nothing for an upload that is not open: completing says which, or repeats its answer.
std::optional<alexander::Checksum> checksum_of_upload(Call& call, const CompleteRequest& request) {
    try {
        return call.service.store.uploads()
            .get(call.bucket_name, call.key, request.upload)
            .attributes.checksum;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::no_such_upload)
            throw;
        return std::nullopt;
    }
}

// Composites are made of the checksums that the client names: what it did not name was not checked.
void check_part_checksums(Call& call, const CompleteRequest& request) {
    const auto part = std::ranges::find_if(
        request.parts, [](const CompletedPart& named) { return named.checksum.empty(); });
    if (part == request.parts.end())
        return;
    const auto wanted = checksum_of_upload(call, request);
    const auto algorithm = wanted ? to_wire(wanted->algorithm) : std::nullopt;
    if (!algorithm || wanted->type != ChecksumType::composite)
        return;
    const std::string name(to_string(*algorithm));
    throw S3Error(S3Code::invalid_request,
                  "The upload was created using the checksum " + name +
                      ". The complete request must include the checksum for each part. It was "
                      "missing for part " +
                      std::to_string(part->number) + " in the request.");
}

}  // namespace

http::Response complete_multipart_upload(Call& call) {
    CompleteRequest request;
    request.bucket = call.bucket_name;
    request.key = call.key;
    request.upload = read_upload(call);
    request.conditions = read_write_conditions(call);
    authorize_match(call, call.key, request.conditions);
    request.expected_size_bytes = read_expected_size(call);
    request.expected_checksum = read_expected_checksum(call);
    request.parts =
        read_parts(call.context.payload(ChecksumHeaders::of_object).read_text(request_limit_bytes));

    const auto waiting = call.context.about_to_block();
    check_part_checksums(call, request);
    const CompleteResult result = call.service.store.uploads().complete(call.who, request);

    xml::Writer writer("CompleteMultipartUploadResult");
    writer.element("Location",
                   "/" + call.bucket_name + "/" + percent_encode(call.key, Slash::keep));
    writer.element("Bucket", call.bucket_name).element("Key", call.key);
    writer.element("ETag", quoted(result.put.etag));
    if (const auto algorithm = to_wire(result.checksum.algorithm)) {
        writer.element("Checksum" + std::string(to_string(*algorithm)), to_text(result.checksum));
        writer.element("ChecksumType", to_text(result.checksum.type));
    }
    auto response = http::Response::text(200, "application/xml", writer.finish());
    add_version_headers(response, result.put);
    add_expiration_header(response, call);
    return response;
}

}  // namespace alexander::s3
