// AWS Signature Version 4 as S3 uses it: Authorization header, presigned URL, POST policy.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "crypto/hmac.h"
#include "s3d/auth/signing_keys.h"
#include "s3d/http/request.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3 {

/// What `x-amz-content-sha256` says of the body.
enum class PayloadMode : std::uint8_t {
    hashed,                      // its SHA-256
    unsigned_payload,            // UNSIGNED-PAYLOAD, or nothing where that is allowed
    streaming_signed,            // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
    streaming_signed_trailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
    streaming_unsigned_trailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

struct PayloadClaim {
    PayloadMode mode = PayloadMode::unsigned_payload;
    std::optional<Sha256Digest> sha256;  // for PayloadMode::hashed
};

/// The outcome of a good signature: who signed, and what the rest of the body is checked with.
struct Signed {
    std::string access_key_id;
    CredentialScope scope;
    std::vector<std::string> signed_headers;
    bool presigned = false;
    std::string timestamp;  // YYYYMMDD'T'HHMMSS'Z', as signed
    std::string signature;  // lower-case hexadecimal: the seed of chunk signatures
    PayloadClaim payload;
    /// Shared with the cache: it may drop its key while this request still checks chunks.
    std::shared_ptr<const KeyedHmac> signing_key;
};

struct Claim;

/// Checks requests against secret keys.
///
/// Any thread may call any method at any time. Nothing normalises the path: it is decoded once and
/// encoded once (S3 does not encode twice, and keeps `//` and `..`).
class SignatureVerifier {
public:
    /// The clock and what `find_secret` captures outlive the verifier.
    SignatureVerifier(std::string region, SecretLookup find_secret, Clock& clock);

    /// Who signed the request; nullopt if nobody did (anonymous).
    ///
    /// Throws S3Error: invalid_access_key_id, signature_does_not_match (with StringToSign and
    /// CanonicalRequest), request_time_too_skewed beyond 15 minutes,
    /// authorization_header_malformed (with Region where the region was wrong),
    /// authorization_query_parameters_error, access_denied for an expired URL or an unsigned
    /// x-amz-* header, invalid_argument for a bad x-amz-content-sha256.
    [[nodiscard]] std::optional<Signed> verify(const http::Request& request);

    /// Checks the signature of a POST form: `policy` is its base64 text as sent, `credential` and
    /// `timestamp` its x-amz-credential and x-amz-date. Returns the access key id; throws as above.
    [[nodiscard]] std::string verify_policy(std::string_view policy,
                                            std::string_view credential,
                                            std::string_view timestamp,
                                            std::string_view signature);

    /// The same for forms signed by the older version: base64 of an HMAC-SHA1 under the secret.
    void verify_policy_v2(std::string_view policy,
                          const std::string& access_key_id,
                          std::string_view signature);

    [[nodiscard]] const std::string& region() const noexcept { return region_; }

private:
    void check_time(const Claim& claim);
    [[nodiscard]] std::shared_ptr<const KeyedHmac> key_of(const std::string& access_key_id,
                                                          const CredentialScope& scope);

    std::string region_;
    Clock& clock_;
    SigningKeys keys_;
};

/// What an anonymous request claims of its body. Throws access_denied for the signed streaming
/// modes, which need a key, and invalid_argument for nonsense.
[[nodiscard]] PayloadClaim anonymous_payload(const http::Request& request);

}  // namespace alexander::s3
