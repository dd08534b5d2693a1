// If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since of reads and copy sources.
#pragma once

#include "base/clock.h"
#include "store/object_types.h"

#include <optional>
#include <string>

namespace alexander::s3 {

/// Header values as sent; dates that cannot be parsed are ignored (RFC 9110 section 13.1).
struct ReadConditions {
    std::optional<std::string> if_match;
    std::optional<std::string> if_none_match;
    std::optional<std::string> if_modified_since;
    std::optional<std::string> if_unmodified_since;
};

enum class Verdict : std::uint8_t { proceed, not_modified, precondition_failed };

/// S3's order: If-Match (then If-Unmodified-Since does not count), If-Unmodified-Since,
/// If-None-Match (then If-Modified-Since does not count), If-Modified-Since. Dates compare at whole
/// seconds; one in the future is ignored.
[[nodiscard]] Verdict judge(const ReadConditions& conditions,
                            const ObjectInfo& object,
                            Timestamp now);

/// True if a list of ETags (quoted or not, `*` for any) has that one.
[[nodiscard]] bool names_etag(std::string_view list, const Etag& etag);

}  // namespace alexander::s3
