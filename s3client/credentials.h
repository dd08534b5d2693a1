// Access keys of other S3 servers: from the environment or a file, never from arguments.
#pragma once

#include "base/secret_text.h"
#include "base/settings.h"

#include <optional>
#include <string>

namespace alexander::s3client {

struct Credentials {
    std::string access_key_id;
    SecretText secret;
    std::string session_token;  // empty for keys that last
};

struct CredentialSource {
    std::optional<std::string> file;     // in the form of ~/.aws/credentials
    std::optional<std::string> profile;  // a section of it; otherwise AWS_PROFILE, then "default"
};

/// From the file, if one is named; from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, unless a
/// profile is named; from AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials. Only the first of
/// these is looked at. Throws invalid_argument if there is none, or if others than its owner may
/// read the file.
[[nodiscard]] Credentials find_credentials(const CredentialSource& source,
                                           const Environment& environment);

}  // namespace alexander::s3client
