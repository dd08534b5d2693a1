#include "base/hex.h"
#include "s3/uri.h"
#include "s3d/auth/claim.h"
#include "s3d/s3_error.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::string_view content_sha256 = "x-amz-content-sha256";

std::optional<PayloadMode> payload_mode(std::string_view text) {
    if (text == "UNSIGNED-PAYLOAD")
        return PayloadMode::unsigned_payload;
    if (text == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        return PayloadMode::streaming_signed;
    if (text == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
        return PayloadMode::streaming_signed_trailer;
    if (text == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        return PayloadMode::streaming_unsigned_trailer;
    return std::nullopt;
}

PayloadClaim parse_payload(std::string_view text) {
    if (const auto mode = payload_mode(text))
        return {*mode, std::nullopt};
    Sha256Digest digest{};
    const bool lower =
        std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!lower || !from_hex(text, digest))
        throw S3Error(S3Code::invalid_argument,
                      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                      "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.")
            .with("ArgumentName", std::string(content_sha256))
            .with("ArgumentValue", std::string(text));
    return {PayloadMode::hashed, digest};
}

}  // namespace

std::string payload_hash_text(const http::Request& request, const Claim& claim) {
    // A presigned URL was made before the body was known; a header that is sent nevertheless
    // is what was signed.
    if (const auto sent = request.find(content_sha256))
        return std::string(*sent);
    if (claim.presigned) {
        const auto query = Query::parse(request.query);
        const auto named = query ? query->find("X-Amz-Content-Sha256") : std::nullopt;
        return std::string(named.value_or("UNSIGNED-PAYLOAD"));
    }
    throw S3Error(S3Code::invalid_request,
                  "Missing required header for this request: "
                  "x-amz-content-sha256");
}

PayloadClaim read_payload(const http::Request& request, const Claim& claim) {
    return parse_payload(payload_hash_text(request, claim));
}

PayloadClaim anonymous_payload(const http::Request& request) {
    const auto sent = request.find(content_sha256);
    if (!sent)
        return {};
    const PayloadClaim claim = parse_payload(*sent);
    if (claim.mode == PayloadMode::streaming_signed ||
        claim.mode == PayloadMode::streaming_signed_trailer)
        throw S3Error(S3Code::access_denied, "Anonymous requests cannot be signed chunk by chunk.");
    return claim;
}

}  // namespace alexander::s3
