// Universally unique identifiers, RFC 9562.
#pragma once

#include "base/bytes.h"
#include "base/random_source.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace alexander {

using Uuid = std::array<std::byte, 16>;

/// Version 4: 122 random bits.
[[nodiscard]] Uuid random_uuid(RandomSource& random);

/// 36 characters, lower case: 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] std::string format_uuid(const Uuid& uuid);

/// The inverse of format_uuid; also takes upper case. Any version is accepted.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace alexander
