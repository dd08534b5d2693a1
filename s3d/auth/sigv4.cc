#include "s3d/auth/sigv4.h"

#include "base/base64.h"
#include "base/hex.h"
#include "base/time_format.h"
#include "s3d/auth/canonical_request.h"
#include "s3d/auth/claim.h"
#include "s3d/s3_error.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::int64_t max_skew_seconds = 15 * 60;

[[noreturn]] void throw_mismatch(const std::string& access_key_id,
                                 const std::string& signature,
                                 const std::string& to_sign,
                                 const std::string& canonical) {
    const auto hex_bytes = [](std::string_view text) {
        std::string out;
        for (const char c : text)
            out.append(out.empty() ? "" : " ").append(to_hex(as_bytes({&c, 1})));
        return out;
    };
    auto error = S3Error(S3Code::signature_does_not_match)
                     .with("AWSAccessKeyId", access_key_id)
                     .with("StringToSign", to_sign)
                     .with("SignatureProvided", signature)
                     .with("StringToSignBytes", hex_bytes(to_sign));
    if (canonical.empty())
        throw std::move(error);
    throw std::move(error)
        .with("CanonicalRequest", canonical)
        .with("CanonicalRequestBytes", hex_bytes(canonical));
}

/// True if HMAC of `to_sign` is the hexadecimal `signature`.
bool is_signature(const KeyedHmac& key, std::string_view to_sign, std::string_view signature) {
    const std::string expected = to_hex(key.compute(as_bytes(to_sign)));
    return constant_time_equal(as_bytes(expected), as_bytes(signature));
}

}  // namespace

SignatureVerifier::SignatureVerifier(std::string region, SecretLookup find_secret, Clock& clock)
    : region_(std::move(region)), clock_(clock), keys_(std::move(find_secret)) {}

std::optional<Signed> SignatureVerifier::verify(const http::Request& request) {
    const auto claim = read_claim(request, region_);
    if (!claim)
        return std::nullopt;
    check_headers_are_signed(request, *claim);
    check_time(*claim);
    const auto key = key_of(claim->access_key_id, claim->scope);
    const PayloadClaim payload = read_payload(request, *claim);

    const std::string canonical =
        canonical_request(request, claim->signed_headers, payload_hash_text(request, *claim));
    const std::string to_sign = string_to_sign(claim->timestamp, claim->scope.text(), canonical);
    if (!is_signature(*key, to_sign, claim->signature))
        throw_mismatch(claim->access_key_id, claim->signature, to_sign, canonical);
    return Signed{claim->access_key_id,
                  claim->scope,
                  claim->signed_headers,
                  claim->presigned,
                  claim->timestamp,
                  claim->signature,
                  payload,
                  key};
}

std::shared_ptr<const KeyedHmac> SignatureVerifier::key_of(const std::string& access_key_id,
                                                           const CredentialScope& scope) {
    auto key = keys_.find(access_key_id, scope.date, scope.region);
    if (!key)
        throw S3Error(S3Code::invalid_access_key_id).with("AWSAccessKeyId", access_key_id);
    return key;
}

void SignatureVerifier::check_time(const Claim& claim) {
    const Timestamp now = clock_.now();
    const std::int64_t age = now.seconds - claim.signed_at.seconds;
    if (claim.presigned) {
        // The moment of signing may lie ahead by the skew; the end is what the URL says.
        if (age < -max_skew_seconds)
            throw S3Error(S3Code::access_denied, "Request is not valid yet")
                .with("X-Amz-Date", claim.timestamp)
                .with("ServerTime", format_iso8601(now));
        // One that is good for no time at all has expired when it was made.
        if (age > claim.expires_seconds || claim.expires_seconds == 0)
            throw S3Error(S3Code::access_denied, "Request has expired")
                .with("X-Amz-Expires", std::to_string(claim.expires_seconds))
                .with("Expires",
                      format_iso8601({claim.signed_at.seconds + claim.expires_seconds, 0}))
                .with("ServerTime", format_iso8601(now));
        return;
    }
    if (age > max_skew_seconds || age < -max_skew_seconds)
        throw S3Error(S3Code::request_time_too_skewed)
            .with("RequestTime", claim.timestamp)
            .with("ServerTime", format_iso8601(now))
            .with("MaxAllowedSkewMilliseconds", std::to_string(max_skew_seconds * 1000));
}

void SignatureVerifier::verify_policy_v2(std::string_view policy,
                                         const std::string& access_key_id,
                                         std::string_view signature) {
    const auto secret = keys_.find_secret(access_key_id);
    if (!secret)
        throw S3Error(S3Code::invalid_access_key_id).with("AWSAccessKeyId", access_key_id);
    const std::string expected = to_base64(hmac_sha1(secret->view(), as_bytes(policy)));
    if (!constant_time_equal(as_bytes(expected), as_bytes(signature)))
        throw_mismatch(access_key_id, std::string(signature), std::string(policy), "");
}

std::string SignatureVerifier::verify_policy(std::string_view policy,
                                             std::string_view credential,
                                             std::string_view timestamp,
                                             std::string_view signature) {
    const Claim claim = read_policy_claim(credential, timestamp, signature, region_);
    const auto key = key_of(claim.access_key_id, claim.scope);
    if (!is_signature(*key, policy, claim.signature))
        throw_mismatch(claim.access_key_id, claim.signature, std::string(policy), "");
    return claim.access_key_id;
}

}  // namespace alexander::s3
