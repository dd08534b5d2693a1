#include "s3d/conditions.h"

#include "base/time_format.h"

#include <doctest/doctest.h>

namespace alexander::s3 {

namespace {

constexpr Timestamp modified{1'000'000, 500};
constexpr Timestamp now{2'000'000, 0};

Verdict judge_with(const ReadConditions& conditions) {
    ObjectInfo object;
    object.modified = modified;
    object.etag.digest.fill(std::byte{0xAB});
    return judge(conditions, object, now);
}

std::string date(std::int64_t seconds) {
    return format_http_date({seconds, 0});
}

const std::string own = "\"abababababababababababababababab\"";

}  // namespace

TEST_SUITE_BEGIN("s3d/conditions");

TEST_CASE("ETags compare quoted, unquoted, in lists and with a star") {
    for (const std::string& text : {own, own.substr(1, 32), std::string("*"), "\"x\", " + own}) {
        CAPTURE(text);
        CHECK(judge_with({text, {}, {}, {}}) == Verdict::proceed);
        CHECK(judge_with({{}, text, {}, {}}) == Verdict::not_modified);
    }
    CHECK(judge_with({"\"x\"", {}, {}, {}}) == Verdict::precondition_failed);
    CHECK(judge_with({{}, "\"x\"", {}, {}}) == Verdict::proceed);
}

TEST_CASE("dates compare at whole seconds") {
    CHECK(judge_with({{}, {}, date(modified.seconds), {}}) == Verdict::not_modified);
    CHECK(judge_with({{}, {}, date(modified.seconds - 1), {}}) == Verdict::proceed);
    CHECK(judge_with({{}, {}, {}, date(modified.seconds)}) == Verdict::proceed);
    CHECK(judge_with({{}, {}, {}, date(modified.seconds - 1)}) == Verdict::precondition_failed);
}

TEST_CASE("dates that are in the future or none are ignored") {
    CHECK(judge_with({{}, {}, date(now.seconds + 9), {}}) == Verdict::proceed);
    CHECK(judge_with({{}, {}, "yesterday", "tomorrow"}) == Verdict::proceed);
}

TEST_CASE("an ETag condition takes the place of the date beside it") {
    CHECK(judge_with({own, {}, {}, date(modified.seconds - 1)}) == Verdict::proceed);
    CHECK(judge_with({{}, "\"x\"", date(modified.seconds), {}}) == Verdict::proceed);
}

TEST_SUITE_END();

}  // namespace alexander::s3
