#include "base/time_format.h"

#include <doctest/doctest.h>

namespace alexander {

namespace {

constexpr Timestamp rfc_example{784111777, 0};

}  // namespace

TEST_SUITE_BEGIN("base/time_format");

TEST_CASE("the three HTTP dates of RFC 9110 are one moment") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == rfc_example);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == rfc_example);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == rfc_example);
    CHECK(parse_http_date("Wed Nov 16 08:49:37 1994") == Timestamp{784975777, 0});
    CHECK(format_http_date({784111777, 999'999'999}) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("years of two digits lie between 1970 and 2069") {
    CHECK(parse_http_date("Thursday, 01-Jan-70 00:00:00 GMT") == Timestamp{0, 0});
    CHECK(parse_http_date("Tuesday, 01-Jan-69 00:00:00 GMT") == Timestamp{3124224000, 0});
}

TEST_CASE("what is no HTTP date is refused") {
    for (const char* text : {"",
                             "Sun",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 06 Nov 1994 08:49:37 GMT ",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 94 08:49:37 GMT",
                             "Son, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, 31 Nov 1994 08:49:37 GMT",
                             "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:00 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, -6 Nov 1994 08:49:37 GMT",
                             "Sunday, 06-Nov-1994 08:49:37 GMT",
                             "Sun Nov 6 08:49:37 1994",
                             "784111777"})
        CHECK_FALSE(parse_http_date(text));
}

TEST_CASE("ISO 8601 is written with milliseconds and read with any fraction or offset") {
    CHECK(format_iso8601({1136214245, 123'999'999}) == "2006-01-02T15:04:05.123Z");
    CHECK(parse_iso8601("2006-01-02T15:04:05.000Z") == Timestamp{1136214245, 0});
    CHECK(parse_iso8601("2006-01-02T15:04:05Z") == Timestamp{1136214245, 0});
    CHECK(parse_iso8601("2006-01-02T15:04:05.123456789Z") == Timestamp{1136214245, 123'456'789});
    CHECK(parse_iso8601("2006-01-02T16:04:05+01:00") == Timestamp{1136214245, 0});
    CHECK(parse_iso8601("2006-01-02T12:34:05.5-02:30") == Timestamp{1136214245, 500'000'000});
}

TEST_CASE("what is no ISO 8601 moment is refused") {
    for (const char* text : {"",
                             "2006-01-02",
                             "2006-01-02T15:04:05",
                             "2006-01-02 15:04:05Z",
                             "2006-13-02T15:04:05Z",
                             "2006-02-29T15:04:05Z",
                             "2006-01-02T15:04:05.1234567890Z",
                             "2006-01-02T15:04:05ZZ",
                             "2006-01-02T15:04:05+24:00",
                             "2006-01-02T15:04:05+0100",
                             "20060102T150405Z"})
        CHECK_FALSE(parse_iso8601(text));
}

TEST_CASE("the basic form has no separators") {
    CHECK(format_iso8601_basic({1136214245, 5}) == "20060102T150405Z");
    CHECK(parse_iso8601_basic("20060102T150405Z") == Timestamp{1136214245, 0});
    for (const char* text : {"", "20060102T150405", "20060102T1504055Z", "20060102t150405Z"})
        CHECK_FALSE(parse_iso8601_basic(text));
}

TEST_CASE("every form survives writing and reading, also before 1970 and at the ends") {
    for (const std::int64_t seconds : {std::int64_t{0},
                                       std::int64_t{-1},
                                       std::int64_t{-86401},
                                       std::int64_t{951782400},  // 29 February 2000
                                       std::int64_t{4107542399},
                                       std::int64_t{-62167219200},  // year 0
                                       std::int64_t{253402300799}}) {
        const Timestamp time{seconds, 0};
        CHECK(parse_http_date(format_http_date(time)) == time);
        CHECK(parse_iso8601(format_iso8601(time)) == time);
        CHECK(parse_iso8601_basic(format_iso8601_basic(time)) == time);
    }
}

TEST_CASE("moments outside the years 0 to 9999 still have a form") {
    CHECK(format_iso8601({INT64_MAX, 0}).substr(0, 10) == "9999-12-31");
    CHECK(format_iso8601({INT64_MIN, 0}).substr(0, 10) == "0000-01-01");
}

TEST_SUITE_END();

}  // namespace alexander
