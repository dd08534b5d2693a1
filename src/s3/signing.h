// The texts that AWS Signature Version 4 is made over, for who checks a signature and who makes
// one.
#pragma once

#include "base/clock.h"
#include "base/secret_text.h"
#include "crypto/hash.h"
#include "s3/uri.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3 {

/// Where a signature holds: `<date>/<region>/s3/aws4_request`.
struct CredentialScope {
    std::string date;  // YYYYMMDD
    std::string region;

    [[nodiscard]] std::string text() const { return date + "/" + region + "/s3/aws4_request"; }
};

/// The path decoded once and encoded once: S3 does not encode twice, and keeps `//` and `..`.
/// nullopt for a broken %XX.
[[nodiscard]] std::optional<std::string> canonical_uri(std::string_view path);

/// The parameters encoded and in order, without X-Amz-Signature. nullopt for a broken %XX.
[[nodiscard]] std::optional<std::string> canonical_query(std::string_view raw);
[[nodiscard]] std::string canonical_query(const std::vector<QueryParameter>& parameters);

/// Appends with runs of blanks as one.
void append_collapsed(std::string& out, std::string_view value);

/// `AWS4-HMAC-SHA256`, timestamp, scope and the hash of the canonical request.
[[nodiscard]] std::string string_to_sign(std::string_view timestamp,
                                         std::string_view scope,
                                         std::string_view canonical_request);

/// AWS4 signing key: HMAC chain over date, region, "s3" and "aws4_request".
[[nodiscard]] Sha256Digest derive_signing_key(ByteView secret,
                                              std::string_view date,
                                              std::string_view region);

/// Whose signature is made, and for which region.
struct Signer {
    std::string_view access_key_id;
    ByteView secret;
    std::string_view session_token;  // empty for keys that last
    std::string_view region;
};

/// A request before it is signed.
struct UnsignedRequest {
    std::string_view method;
    std::string path;  // encoded: it is sent as it is here
    std::vector<QueryParameter> query;
    std::vector<std::pair<std::string, std::string>> headers;  // lower-case names, with host
};

/// The headers of a signed request besides those that it had: x-amz-date, x-amz-content-sha256,
/// authorization, and x-amz-security-token if there is a token. All headers that it had are signed.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> sign_headers(
    const Signer& signer, UnsignedRequest request, std::string_view payload_hash, Timestamp now);

/// The longest that a presigned URL may be good for.
inline constexpr std::chrono::seconds longest_presigned{7 * 24 * 3600};

/// The query of a URL that carries its signature; the payload is not signed.
[[nodiscard]] std::string presign_query(const Signer& signer,
                                        UnsignedRequest request,
                                        std::chrono::seconds valid_for,
                                        Timestamp now);

}  // namespace alexander::s3
