#include "s3d/range.h"

#include "s3d/s3_error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3 {

TEST_SUITE_BEGIN("s3d/range");

TEST_CASE("ranges of 100 bytes as S3 reads them") {
    const auto check = [](std::string_view header, std::uint64_t offset, std::uint64_t length) {
        CAPTURE(header);
        const auto range = parse_range(header, 100);
        REQUIRE(range);
        CHECK(range->offset == offset);
        CHECK(range->length == length);
    };
    check("bytes=0-9", 0, 10);
    check("bytes=0-999", 0, 100);
    check("bytes=50-", 50, 50);
    check("bytes=99-99", 99, 1);
    check("bytes=-1", 99, 1);
    check("bytes=-101", 0, 100);
}

TEST_CASE("what is no range of bytes is ignored") {
    for (const char* header : {"lines=0-9",
                               "bytes=0-1,2-3",
                               "bytes=10-5",
                               "bytes=a-b",
                               "bytes=",
                               "bytes=-",
                               "bytes=0 - 9",
                               "bytes=0-99999999999999999999999",
                               "0-9"}) {
        CAPTURE(header);
        CHECK_FALSE(parse_range(header, 100));
    }
    CHECK_FALSE(parse_range("bytes=-5", 0));
}

TEST_CASE("a range without any byte of the object is refused") {
    CHECK_THROWS_AS(std::ignore = parse_range("bytes=100-", 100), S3Error);
    CHECK_THROWS_AS(std::ignore = parse_range("bytes=-0", 100), S3Error);
    CHECK_THROWS_AS(std::ignore = parse_range("bytes=0-", 0), S3Error);
}

TEST_CASE("a copy range has both ends, inside") {
    const Range range = parse_copy_range("bytes=10-19", 20);
    CHECK(range.offset == 10);
    CHECK(range.length == 10);
    for (const char* header : {"bytes=10-20", "bytes=10-", "bytes=-10", "10-19", "bytes=5-4"}) {
        CAPTURE(header);
        CHECK_THROWS_AS(std::ignore = parse_copy_range(header, 20), S3Error);
    }
}

TEST_SUITE_END();

}  // namespace alexander::s3
