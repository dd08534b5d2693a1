#include "s3d/payload_plan.h"

#include "base/base64.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::string_view checksum_prefix = "x-amz-checksum-";

[[noreturn]] void throw_two_checksums() {
    throw S3Error(S3Code::invalid_request,
                  "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                  "allowed.");
}

bool is_streaming(PayloadMode mode) {
    switch (mode) {
        case PayloadMode::streaming_signed:
        case PayloadMode::streaming_signed_trailer:
        case PayloadMode::streaming_unsigned_trailer:
            return true;
        case PayloadMode::hashed:
        case PayloadMode::unsigned_payload:
            return false;
    }
    return false;
}

bool has_trailers(PayloadMode mode) {
    return is_streaming(mode) && mode != PayloadMode::streaming_signed;
}

ChecksumAlgorithm algorithm_of_header(std::string_view name) {
    if (const auto algorithm = checksum_of_header(name))
        return *algorithm;
    throw S3Error(S3Code::invalid_request,
                  "The algorithm type you specified in x-amz-checksum- header is invalid.");
}

void plan_size(PayloadPlan& plan, const http::Request& request) {
    plan.has_length = request.framing != http::BodyFraming::none;
    if (!is_streaming(plan.claim.mode)) {
        if (request.framing != http::BodyFraming::chunked)
            plan.size_bytes = request.content_length;
        return;
    }
    const auto text = request.find("x-amz-decoded-content-length");
    if (!text || !plan.has_length)
        throw S3Error(S3Code::missing_content_length);
    std::uint64_t size = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), size);
    if (parsed.ec != std::errc{} || parsed.ptr != text->data() + text->size() || size > INT64_MAX)
        throw S3Error(S3Code::invalid_argument, "x-amz-decoded-content-length is not a number.");
    plan.size_bytes = size;
}

void plan_content_md5(PayloadPlan& plan, const http::Request& request) {
    const auto text = request.find("content-md5");
    if (!text)
        return;
    const auto bytes = from_base64(*text);
    if (!bytes || bytes->size() != sizeof(Md5Digest))
        throw S3Error(S3Code::invalid_digest).with("Content-MD5", std::string(*text));
    plan.content_md5.emplace();
    std::copy(bytes->begin(), bytes->end(), plan.content_md5->begin());
}

bool is_checksum_setting(std::string_view name) {
    return name == "x-amz-checksum-algorithm" || name == "x-amz-checksum-type" ||
           name == "x-amz-checksum-mode";
}

void plan_header_checksum(PayloadPlan& plan, const http::Request& request) {
    for (const http::Header& header : request.headers) {
        if (!header.name.starts_with(checksum_prefix) || is_checksum_setting(header.name))
            continue;
        if (plan.header_checksum)
            throw_two_checksums();
        plan.header_checksum = parse_checksum(algorithm_of_header(header.name), header.value);
        if (!plan.header_checksum)
            throw S3Error(S3Code::invalid_request,
                          "Value for " + std::string(header.name) + " header is invalid.");
    }
}

void plan_trailers(PayloadPlan& plan, const http::Request& request) {
    const auto list = request.find("x-amz-trailer");
    if (!list)
        return;
    // One checksum is all that trailers carry.
    const bool is_checksum =
        list->starts_with(checksum_prefix) && list->find(',') == std::string_view::npos;
    if (!has_trailers(plan.claim.mode) || !is_checksum || is_checksum_setting(*list))
        throw S3Error(S3Code::invalid_request,
                      "The value specified in the x-amz-trailer header is not supported");
    if (plan.header_checksum)
        throw_two_checksums();
    plan.trailer_checksum = algorithm_of_header(*list);
    plan.trailers.emplace_back(*list);
}

void check_sdk_algorithm(const PayloadPlan& plan, const http::Request& request) {
    const auto text = request.find("x-amz-sdk-checksum-algorithm");
    if (!text)
        return;
    const auto algorithm = parse_checksum_algorithm(*text);
    if (!algorithm)
        throw S3Error(S3Code::invalid_request,
                      "Value for x-amz-sdk-checksum-algorithm header is invalid.");
    if (!plan.header_checksum && !plan.trailer_checksum)
        throw S3Error(S3Code::invalid_request,
                      "x-amz-sdk-checksum-algorithm specified, but no corresponding "
                      "x-amz-checksum-* or x-amz-trailer headers were found.");
    const ChecksumAlgorithm sent =
        plan.header_checksum ? plan.header_checksum->algorithm : *plan.trailer_checksum;
    if (sent != algorithm)
        throw S3Error(S3Code::invalid_request,
                      "Value for x-amz-sdk-checksum-algorithm header is invalid.");
}

}  // namespace

PayloadPlan plan_payload(const http::Request& request,
                         const PayloadClaim& claim,
                         ChecksumHeaders headers) {
    PayloadPlan plan;
    plan.claim = claim;
    plan_size(plan, request);
    plan_content_md5(plan, request);
    if (headers == ChecksumHeaders::of_body)
        plan_header_checksum(plan, request);
    plan_trailers(plan, request);
    if (headers == ChecksumHeaders::of_body)
        check_sdk_algorithm(plan, request);
    return plan;
}

}  // namespace alexander::s3
