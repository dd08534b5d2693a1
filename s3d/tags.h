// Tags of objects (and buckets) on the wire.
#pragma once

#include "store/object_types.h"

#include <string>
#include <string_view>

namespace alexander::s3 {

inline constexpr std::size_t object_tag_limit = 10;

/// x-amz-tagging: `a=b&c=d`, encoded as a form is ('+' is a space), in order of the names.
/// Throws invalid_argument for what is not such a list, and as check_tags.
[[nodiscard]] Tags parse_tag_header(std::string_view header);

/// A `Tagging` document, in order of the names. Throws malformed_xml, and as check_tags.
[[nodiscard]] Tags parse_tag_xml(std::string_view document, std::size_t limit);

/// Throws invalid_tag: more than `limit`, a name twice, names over 128 or values over 256
/// characters, an empty name.
void check_tags(const Tags& tags, std::size_t limit);

[[nodiscard]] std::string tag_xml(const Tags& tags);

}  // namespace alexander::s3
