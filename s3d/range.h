// The Range header as S3 reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace alexander::s3 {

struct Range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// The part of an object of `size` bytes that the header asks for. Nothing for a header that is to
/// be ignored: another unit, several ranges, a last byte before the first, anything malformed.
/// Throws S3Error invalid_range if no byte of the object is in the range.
[[nodiscard]] std::optional<Range> parse_range(std::string_view header, std::uint64_t size);

/// `bytes=first-last` of a copy source, both given, both inside: else invalid_argument or
/// invalid_range.
[[nodiscard]] Range parse_copy_range(std::string_view header, std::uint64_t size);

}  // namespace alexander::s3
