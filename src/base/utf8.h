// UTF-8 (RFC 3629): which bytes are, and how a code point is written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace alexander {

/// Bytes of the valid sequence that `text` begins with; 0 if there is none (overlong forms,
/// surrogates and values past U+10FFFF are none).
[[nodiscard]] std::size_t utf8_sequence(std::string_view text);

/// Appends a code point of at most U+10FFFF.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace alexander
