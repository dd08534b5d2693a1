// Dates as HTTP and S3 write them. No locale and no time zone of the host is ever used.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7); nanoseconds are cut off.
[[nodiscard]] std::string format_http_date(Timestamp time);

/// All three forms of RFC 9110: IMF-fixdate, RFC 850 and asctime. A year of two digits is one of
/// 1970 to 2069. A weekday must be a weekday's name, but need not be the date's.
[[nodiscard]] std::optional<Timestamp> parse_http_date(std::string_view text);

/// "2006-01-02T15:04:05.000Z"; what is below a millisecond is cut off.
[[nodiscard]] std::string format_iso8601(Timestamp time);

/// "2006-01-02T15:04:05", 0 to 9 digits of fraction, then "Z" or an offset such as "+01:00".
[[nodiscard]] std::optional<Timestamp> parse_iso8601(std::string_view text);

/// "20060102T150405Z", as in the x-amz-date header; nanoseconds are cut off.
[[nodiscard]] std::string format_iso8601_basic(Timestamp time);
[[nodiscard]] std::optional<Timestamp> parse_iso8601_basic(std::string_view text);

}  // namespace alexander
