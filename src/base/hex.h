// Hexadecimal text.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander {

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Upper or lower case; nothing if there is any other character or an odd number of them.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Decodes exactly 2 * into.size() digits in place, leaving no other copy. False if `text` is
/// anything else; `into` then holds nothing to use.
[[nodiscard]] bool from_hex(std::string_view text, MutableBytes into) noexcept;

}  // namespace alexander
