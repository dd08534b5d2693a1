// The text that a SigV4 signature is made over.
#pragma once

#include "s3/signing.h"
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

}  // namespace alexander::s3
