// Requests signed with AWS Signature Version 4, cheap enough not to disturb what is measured.
#pragma once

#include "crypto/hmac.h"

#include <string>
#include <string_view>

namespace alexander::bench {

struct Credentials {
    std::string access_key;
    std::string secret_key;
    std::string region;
};

/// Makes whole request heads (to the empty line) with UNSIGNED-PAYLOAD, dated when it was made:
/// good for the quarter of an hour that servers allow.
class Signer {
public:
    Signer(const Credentials& credentials, std::string host);

    /// `path` and `query` are already in S3's encoding, the query's parameters in order of name.
    [[nodiscard]] std::string head(std::string_view method,
                                   std::string_view path,
                                   std::string_view query,
                                   std::uint64_t body_bytes) const;

private:
    std::string host_;
    std::string timestamp_;
    std::string scope_;
    std::string access_key_;
    KeyedHmac key_;
};

/// Percent-encodes everything but A-Z a-z 0-9 - . _ ~.
[[nodiscard]] std::string encode(std::string_view text);

}  // namespace alexander::bench
