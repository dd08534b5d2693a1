// The text that a SigV4 signature is made over.
#pragma once

#include "s3d/http/request.h"

#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3 {

/// The canonical request for the signed headers (sorted, lower case) and the payload hash as it is
/// to be signed. X-Amz-Signature is left out of the query. Throws S3Error invalid_uri for a
/// broken %XX, signature_does_not_match for a signed header that is not there.
[[nodiscard]] std::string canonical_request(const http::Request& request,
                                            const std::vector<std::string>& signed_headers,
                                            std::string_view payload_hash);

/// `AWS4-HMAC-SHA256`, timestamp, scope and the hash of the canonical request.
[[nodiscard]] std::string string_to_sign(std::string_view timestamp,
                                         std::string_view scope,
                                         std::string_view canonical_request);

}  // namespace alexander::s3
