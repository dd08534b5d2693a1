#include "base/logging.h"
#include "base/metrics/process.h"
#include "base/metrics/table.h"
#include "base/metrics/text.h"
#include "base/unique_fd.h"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

namespace alexander {

namespace {

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1))
        ++found;
    return found;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_SUITE_BEGIN("base/metrics");

TEST_CASE("a histogram counts a value in the first bucket that it fits") {
    Histogram histogram(size_shape());

    histogram.observe(1);
    histogram.observe(2);
    histogram.observe(3);
    histogram.observe(5000);

    CHECK(histogram.bucket(0) == 1);
    CHECK(histogram.bucket(1) == 1);
    CHECK(histogram.bucket(2) == 1);
    CHECK(histogram.bucket(size_shape().bounds.size()) == 1);
    CHECK(histogram.count() == 4);
    CHECK(histogram.sum() == 5006);
}

TEST_CASE("nothing that threads count at once is lost") {
    Counter counter;
    Histogram histogram(latency_shape());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                counter.add(2);
                histogram.observe(std::chrono::microseconds(n));
            }
        });
    std::uint64_t seen = 0;
    while (seen < 1000) {  // a scrape beside them never sees a count fall
        const std::uint64_t now = histogram.count();
        CHECK(now >= seen);
        seen = std::max<std::uint64_t>(now, seen);
        std::this_thread::yield();
    }
    for (std::thread& thread : threads)
        thread.join();

    CHECK(counter.value() == 80'000);
    CHECK(histogram.count() == 40'000);
}

TEST_CASE("the text has each family's help and type once, and its samples") {
    Histogram histogram(latency_shape());
    histogram.observe(std::chrono::milliseconds(3));
    histogram.observe(std::chrono::seconds(100));
    MetricsText text;
    text.add("alexander_cache_hits_total", 3, {{"cache", "chunk"}});
    text.add("alexander_cache_hits_total", 4, {{"cache", "a\"b\\c\nd"}});
    text.add("alexander_db_sync_duration_seconds", histogram);
    text.declare("alexander_http_errors_total");

    const std::string page = text.take();

    CHECK(count(page, "# TYPE alexander_cache_hits_total counter\n") == 1);
    CHECK(contains(page, "alexander_cache_hits_total{cache=\"chunk\"} 3\n"));
    CHECK(contains(page, "alexander_cache_hits_total{cache=\"a\\\"b\\\\c\\nd\"} 4\n"));
    CHECK(contains(page, "alexander_db_sync_duration_seconds_bucket{le=\"0.0025\"} 0\n"));
    CHECK(contains(page, "alexander_db_sync_duration_seconds_bucket{le=\"0.005\"} 1\n"));
    CHECK(contains(page, "alexander_db_sync_duration_seconds_bucket{le=\"30\"} 1\n"));
    CHECK(contains(page, "alexander_db_sync_duration_seconds_bucket{le=\"+Inf\"} 2\n"));
    CHECK(contains(page, "alexander_db_sync_duration_seconds_sum 100.003\n"));
    CHECK(contains(page, "alexander_db_sync_duration_seconds_count 2\n"));
    CHECK(contains(page, "# TYPE alexander_http_errors_total counter\n"));
}

TEST_CASE("large counts keep all their digits") {
    Counter counter;
    counter.add(9'007'199'254'740'991);
    MetricsText text;
    text.add("alexander_http_sent_bytes_total", counter);
    CHECK(contains(text.take(), "alexander_http_sent_bytes_total 9007199254740991\n"));
}

TEST_CASE("names of metrics are unique and say what they are") {
    std::set<std::string_view> names;
    for (const MetricRow& row : metrics_table()) {
        CAPTURE(row.name);
        CHECK(names.insert(row.name).second);
        CHECK(row.name.ends_with("_total") == (row.kind == MetricKind::counter));
        CHECK((row.name.starts_with("alexander_") || row.name.starts_with("process_")));
        CHECK(row.description.ends_with("."));
    }
}

TEST_CASE("the document explains every metric, and no other") {
    std::ifstream file(ALEXANDER_SOURCE_ROOT "/docs/metrics.md");
    const std::string page((std::istreambuf_iterator<char>(file)), {});
    REQUIRE(!page.empty());
    for (const MetricRow& row : metrics_table()) {
        std::string entry = "| `" + std::string(row.name) + "` | " +
                            std::string(to_string(row.kind)) + " | " + std::string(row.labels) +
                            " | " + std::string(row.description) + " |";
        CAPTURE(entry);
        CHECK(contains(page, entry));
    }
    CHECK(count(page, "\n| `") == metrics_table().size());
}

TEST_CASE("a process knows what it uses") {
    SystemClock clock;
    const UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Logger log(clock, LogLevel::error, LogFormat::text, nowhere.get());
    log.error("test", "counted");
    log.debug("test", "counted, though not written");
    MetricsText text;
    write_process_metrics(text, "a-test", log);

    const std::string page = text.take();

    CHECK(contains(page, "alexander_build_info{program=\"a-test\",version=\""));
    CHECK(contains(page, "alexander_log_events_total{level=\"error\"} 1\n"));
    CHECK(contains(page, "alexander_log_events_total{level=\"debug\"} 1\n"));
    for (const char* zero : {"process_resident_memory_bytes 0\n",
                             "process_threads 0\n",
                             "process_open_fds 0\n",
                             "process_start_time_seconds 0\n"})
        CHECK(!contains(page, zero));
}

TEST_SUITE_END();

}  // namespace alexander
