// What a request says about its signature, before any of it is believed.
#pragma once

#include "base/clock.h"
#include "s3d/auth/sigv4.h"

namespace alexander::s3 {

/// From the Authorization header, the query of a presigned URL, or a POST form.
struct Claim {
    std::string access_key_id;
    CredentialScope scope;
    std::vector<std::string> signed_headers;  // sorted, lower case
    std::string signature;
    std::string timestamp;
    Timestamp signed_at;
    bool presigned = false;
    std::int64_t expires_seconds = 0;  // of a presigned URL
};

/// nullopt if the request bears no signature. Throws S3Error authorization_header_malformed or
/// authorization_query_parameters_error (with Region if that alone was wrong), access_denied
/// without a date, invalid_request for any other scheme than SigV4, or for two signatures.
[[nodiscard]] std::optional<Claim> read_claim(const http::Request& request,
                                              const std::string& region);

/// The same for the fields of a POST form.
[[nodiscard]] Claim read_policy_claim(std::string_view credential,
                                      std::string_view timestamp,
                                      std::string_view signature,
                                      const std::string& region);

/// Throws access_denied unless `host`, every x-amz-* and content-md5 that was sent are signed: an
/// unsigned one could have been added on the way.
void check_headers_are_signed(const http::Request& request, const Claim& claim);

/// What the request claims of its body. Throws invalid_argument for a bad x-amz-content-sha256,
/// invalid_request if a header-signed request has none.
[[nodiscard]] PayloadClaim read_payload(const http::Request& request, const Claim& claim);

/// The last line of the canonical request.
[[nodiscard]] std::string payload_hash_text(const http::Request& request, const Claim& claim);

}  // namespace alexander::s3
