// Base64 with padding, RFC 4648 section 4.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander {

[[nodiscard]] std::string to_base64(ByteView bytes);

/// Nothing unless `text` is exactly what to_base64 writes: full padding, no white space, and no
/// bits set past the end.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace alexander
