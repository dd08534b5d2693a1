#include "admin/progress.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace alexander::admin {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A clock that is set by hand, and what was written.
struct Stage {
    std::chrono::steady_clock::time_point now{seconds(1000)};
    std::string written;

    Progress progress(Progress::Form form, std::size_t columns = 80) {
        return Progress(
            "scrub",
            form,
            {[this] { return now; }, [this](std::string_view text) { written += text; }, columns});
    }

    std::string take() {
        std::string text;
        std::swap(text, written);
        return text;
    }
};

}  // namespace

TEST_SUITE_BEGIN("admin/progress");

TEST_CASE("without a terminal a phase begins a line, and each 10 s there is another") {
    Stage stage;
    Progress progress = stage.progress(Progress::Form::lines);
    progress.show({.phase = "packs", .done = 0, .total = 100});
    CHECK(stage.take() == "scrub: packs 0 of 100 (0 %)\n");

    stage.now += milliseconds(9999);
    progress.show({.phase = "packs", .done = 10, .total = 100});
    CHECK(stage.take().empty());

    stage.now += milliseconds(1);
    progress.show({.phase = "packs", .done = 20, .total = 100});
    CHECK(stage.take() == "scrub: packs 20 of 100 (20 %), about 40 s left\n");

    progress.show({.phase = "objects"});
    CHECK(stage.take() == "scrub: objects\n");
}

TEST_CASE("the time that is left is reckoned from this phase alone, and from what it began with") {
    Stage stage;
    Progress progress = stage.progress(Progress::Form::lines);
    progress.show({.phase = "one", .done = 0, .total = 10});
    stage.now += seconds(1000);
    progress.show({.phase = "two", .done = 50, .total = 100});
    stage.take();
    stage.now += seconds(10);
    progress.show({.phase = "two", .done = 60, .total = 100});
    CHECK(stage.take() == "scrub: two 60 of 100 (60 %), about 40 s left\n");
}

TEST_CASE("a terminal has one line that is rewritten and ended once") {
    Stage stage;
    {
        Progress progress = stage.progress(Progress::Form::terminal);
        progress.show({.done = 0, .total = 2048, .unit = Progress::Unit::bytes});
        CHECK(stage.take() == "\rscrub: 0 B of 2.0 KiB (0 %)\x1b[K");
        stage.now += milliseconds(50);
        progress.show({.done = 100, .total = 2048, .unit = Progress::Unit::bytes});
        CHECK(stage.take().empty());
        progress.show({.done = 2048, .total = 2048, .unit = Progress::Unit::bytes});
        CHECK(stage.take() == "\rscrub: 2.0 KiB of 2.0 KiB (100 %)\x1b[K");
        progress.finish();
        CHECK(stage.take() == "\n");
    }
    CHECK(stage.take().empty());
}

TEST_CASE("a narrow terminal gets what fits on a line") {
    Stage stage;
    Progress progress = stage.progress(Progress::Form::terminal, 10);
    progress.show({.phase = "something long"});
    CHECK(stage.take() == "\rscrub: so\x1b[K");
}

TEST_CASE("nothing is shown when it is not wanted") {
    Stage stage;
    Progress progress = stage.progress(Progress::Form::none);
    progress.show({.phase = "packs", .done = 1, .total = 2});
    progress.finish();
    CHECK(stage.take().empty());
}

TEST_CASE("sizes and times as people read them") {
    CHECK(format_bytes(0) == "0 B");
    CHECK(format_bytes(1023) == "1023 B");
    CHECK(format_bytes(1536) == "1.5 KiB");
    CHECK(format_bytes(std::int64_t{3} << 40U) == "3.0 TiB");
    CHECK(format_duration(seconds(8)) == "8 s");
    CHECK(format_duration(seconds(185)) == "3 min 05 s");
    CHECK(format_duration(seconds(7800)) == "2 h 10 min");
    CHECK(format_duration(seconds(273600)) == "3 d 4 h");
}

TEST_SUITE_END();

}  // namespace alexander::admin
