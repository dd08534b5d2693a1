#include "base/health.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <fstream>
#include <future>
#include <iterator>

namespace alexander {

namespace {

class SetClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override { return time.load(); }

    std::atomic<std::chrono::nanoseconds> time{std::chrono::seconds(100)};
};

using Reasons = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("base/health");

TEST_CASE("the paths of probes are exact") {
    CHECK(find_health_probe("/health") == HealthProbe::live);
    CHECK(find_health_probe("/healthz") == HealthProbe::live);
    CHECK(find_health_probe("/minio/health/live") == HealthProbe::live);
    CHECK(find_health_probe("/readyz") == HealthProbe::ready);
    CHECK(find_health_probe("/minio/health/ready") == HealthProbe::ready);
    for (const char* other :
         {"/", "/health/", "/healthz/x", "/Health", "/minio/health", "/%68ealth"})
        CHECK(!find_health_probe(other));
}

TEST_CASE("the description of the interface has these paths") {
    std::ifstream file(ALEXANDER_SOURCE_ROOT "/docs/api/openapi.yaml");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::size_t probes = 0;
    for (std::size_t at = text.find("\n  /"); at != std::string::npos;
         at = text.find("\n  /", at + 1)) {
        const std::string path = text.substr(at + 3, text.find(':', at) - at - 3);
        if (find_health_probe(path))
            ++probes;
        else
            CHECK(path == "/metrics");
    }
    CHECK(probes == 5);
}

TEST_CASE("a check runs once a second at most") {
    SetClock clock;
    int checks = 0;
    Reasons now;
    Health health(clock, [&] {
        ++checks;
        return now;
    });
    CHECK(health.reasons().empty());
    now = {"disk_full"};
    CHECK(health.reasons().empty());
    CHECK(checks == 1);

    clock.time = clock.time.load() + std::chrono::milliseconds(1001);

    CHECK(health.reasons() == Reasons{"disk_full"});
    CHECK(checks == 2);
}

TEST_CASE("a daemon that stops is not ready, but alive") {
    SetClock clock;
    Health health(clock, [] { return Reasons(); });
    CHECK(answer_probe(HealthProbe::ready, health).status == 200);

    health.drain();

    const HealthAnswer ready = answer_probe(HealthProbe::ready, health);
    CHECK(ready.status == 503);
    CHECK(ready.body == "{\"status\":\"unavailable\",\"reasons\":[\"draining\"]}\n");
    CHECK(answer_probe(HealthProbe::live, health).status == 200);
}

TEST_CASE("a check that throws is a fault of the catalog") {
    SetClock clock;
    Health health(clock, []() -> Reasons { throw Error(ErrorCode::device_error, "no disk"); });
    CHECK(health.reasons() == Reasons{"catalog"});
}

TEST_CASE("a check that hangs is found out by those who ask meanwhile") {
    SetClock clock;
    std::promise<void> release;
    std::promise<void> began;
    Health health(clock, [&] {
        began.set_value();
        release.get_future().wait();
        return Reasons();
    });
    auto first = std::async(std::launch::async, [&] { return health.reasons(); });
    began.get_future().wait();
    CHECK(health.reasons().empty());

    clock.time = clock.time.load() + std::chrono::seconds(6);

    CHECK(health.reasons() == Reasons{"catalog"});
    release.set_value();
    CHECK(first.get().empty());
    CHECK(health.reasons().empty());
}

TEST_SUITE_END();

}  // namespace alexander
