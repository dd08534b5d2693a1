// Access key ids and secrets.
#pragma once

#include "base/random_source.h"

#include <string>
#include <string_view>

namespace alexander {

/// 20 upper-case letters and digits that begin with "AK".
[[nodiscard]] std::string random_access_key_id(RandomSource& random);

/// 40 letters and digits: 238 bits.
[[nodiscard]] std::string random_access_secret(RandomSource& random);

/// Throws invalid_argument unless the id has 3 to 128 of A-Z a-z 0-9 _ and others that need no
/// escaping in a header (. - =), and the secret 8 to 128 printable characters.
void check_access_key(std::string_view id, std::string_view secret);

/// What the secret is sealed under.
[[nodiscard]] std::string access_key_context(std::string_view id);

}  // namespace alexander
