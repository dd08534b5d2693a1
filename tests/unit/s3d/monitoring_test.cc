#include "s3d/access_log.h"
#include "s3d/audit.h"
#include "s3d/http_meters.h"
#include "s3d/router.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace alexander::s3 {

namespace {

AccessLine line_of(std::string_view operation, int status, std::string_view error = {}) {
    AccessLine line;
    line.operation = operation;
    line.status = status;
    line.error = error;
    line.duration = std::chrono::milliseconds(2);
    line.received_bytes = 10;
    line.sent_bytes = 20;
    return line;
}

std::string page_of(const HttpMeters& meters) {
    MetricsText text;
    meters.write(text);
    return text.take();
}

bool contains(const std::string& page, const char* part) {
    return page.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("s3d/monitoring");

TEST_CASE("requests are counted by operation and status, errors by code and reason") {
    HttpMeters meters;
    meters.note(line_of("PutObject", 200));
    meters.note(line_of("PutObject", 200));
    meters.note(line_of("GetObject", 403, "SignatureDoesNotMatch"));
    meters.note(line_of("", 0, "the peer was silent too long"));
    meters.note(line_of("GetObject", 599));

    const std::string page = page_of(meters);

    CHECK(contains(page,
                   "alexander_http_requests_total{operation=\"PutObject\",status=\"200\"} 2\n"));
    CHECK(contains(page, "{operation=\"GetObject\",status=\"403\"} 1\n"));
    CHECK(contains(page, "{operation=\"GetObject\",status=\"other\"} 1\n"));
    CHECK(contains(page, "{operation=\"None\",status=\"0\"} 1\n"));
    CHECK(contains(page, "duration_seconds_count{operation=\"PutObject\"} 2\n"));
    CHECK(contains(page, "alexander_http_errors_total{code=\"SignatureDoesNotMatch\"} 1\n"));
    CHECK(contains(page, "alexander_http_errors_total{code=\"ConnectionLost\"} 1\n"));
    CHECK(contains(page, "alexander_auth_failures_total{reason=\"bad_signature\"} 1\n"));
    CHECK(contains(page, "alexander_http_received_bytes_total 50\n"));
    CHECK(contains(page, "alexander_http_sent_bytes_total 100\n"));
}

TEST_CASE("what clients send makes no new labels") {
    HttpMeters meters;
    const std::size_t before = page_of(meters).size();
    for (int i = 0; i < 1000; ++i) {
        const std::string name = "Operation" + std::to_string(i);
        meters.note(line_of(name, 1000 + i, name));
    }
    CHECK(page_of(meters).size() < before + 3000);
}

TEST_CASE("threads lose no request, and a scrape may come at any time") {
    HttpMeters meters;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 2000; ++n)
                meters.note(line_of("GetObject", 200));
        });
    for (int i = 0; i < 20; ++i)
        std::ignore = page_of(meters);
    for (std::thread& thread : threads)
        thread.join();
    CHECK(contains(page_of(meters), "{operation=\"GetObject\",status=\"200\"} 8000\n"));
}

TEST_CASE("every change of a bucket's rules is an act of administration") {
    const auto is_act = [](std::string_view operation, std::string_view method) {
        AccessLine line = line_of(operation, 204);
        line.method = method;
        line.user = "anna";
        return is_audited(line);
    };
    for (const Route& route : routes()) {
        CAPTURE(route.name);
        const bool changes = route.method == "PUT" || route.method == "DELETE";
        if (route.scope == Scope::bucket)
            CHECK(is_act(route.name, route.method) == changes);
    }
    CHECK(is_act("PutObjectRetention", "PUT"));
    CHECK(is_act("PutObjectAcl", "PUT"));
    CHECK(!is_act("PutObject", "PUT"));
    CHECK(!is_act("DeleteObject", "DELETE"));
}

TEST_CASE("a delete past a lock is one, and nothing is that nobody signed") {
    AccessLine line = line_of("DeleteObject", 204);
    line.method = "DELETE";
    line.user = "anna";
    line.bypasses_lock = true;
    CHECK(is_audited(line));
    line.user = "";
    CHECK(!is_audited(line));
}

TEST_CASE("time spent waiting for the client or a limit is not the daemon's own") {
    RequestTimes times;
    times.waiting_for_request = std::chrono::seconds(1);
    times.waiting_for_client = std::chrono::seconds(2);
    times.held_back = std::chrono::seconds(3);
    CHECK(times.own(std::chrono::seconds(10)) == std::chrono::seconds(4));
}

TEST_SUITE_END();

}  // namespace alexander::s3
