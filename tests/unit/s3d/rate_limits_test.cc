#include "s3d/rate_limits.h"

#include "s3d/token_buckets.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace alexander::s3 {

namespace {

using namespace std::chrono_literals;

class SetClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override {
        return std::chrono::nanoseconds(time.load());
    }

    void advance(std::chrono::nanoseconds by) { time += by.count(); }

    std::atomic<std::int64_t> time{1'000'000'000'000};
};

}  // namespace

TEST_SUITE_BEGIN("s3d/rate limits");

TEST_CASE("an account gives its burst at once, and then what comes in") {
    SetClock clock;
    TokenBuckets buckets(clock, 2, 3);
    for (int i = 0; i < 3; ++i)
        CHECK(!buckets.take("a", 1));

    const auto wait = buckets.take("a", 1);

    REQUIRE(wait);
    CHECK(*wait == 500ms);
    clock.advance(499ms);
    CHECK(buckets.take("a", 1));
    clock.advance(1ms);
    CHECK(!buckets.take("a", 1));
    clock.advance(1h);
    for (int i = 0; i < 3; ++i)
        CHECK(!buckets.take("a", 1));
    CHECK(buckets.take("a", 1));
}

TEST_CASE("accounts know nothing of each other") {
    SetClock clock;
    TokenBuckets buckets(clock, 1, 1);
    CHECK(!buckets.take("a", 1));
    CHECK(buckets.take("a", 1));
    CHECK(!buckets.take("b", 1));
}

TEST_CASE("an overdrawn account says when it is settled") {
    SetClock clock;
    TokenBuckets buckets(clock, 1000, 1000);
    CHECK(buckets.overdraw("a", 1000) == 0s);
    CHECK(buckets.overdraw("a", 2000) == 2s);
    clock.advance(1s);
    CHECK(buckets.overdraw("a", 0) == 1s);
    CHECK(buckets.overdraw("a", 500) == 1500ms);
    clock.advance(1500ms);
    CHECK(buckets.overdraw("a", 0) == 0s);
}

TEST_CASE("clients cannot make the table grow, and push out only who is idle") {
    SetClock clock;
    TokenBuckets buckets(clock, 1, 1);
    CHECK(!buckets.take("busy", 1));
    for (std::size_t i = 0; i < 2 * TokenBuckets::most_clients; ++i) {
        std::ignore = buckets.take(std::to_string(i), 1);
        if (i % 1000 == 0)
            CHECK(buckets.take("busy", 1));
    }
    CHECK(buckets.clients() == TokenBuckets::most_clients);
    CHECK(buckets.take("busy", 1));
}

TEST_CASE("threads that share an account get no more than it holds") {
    SetClock clock;
    TokenBuckets buckets(clock, 1, 1000);
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n)
                if (!buckets.take("a", 1))
                    ++taken;
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(taken == 1000);
}

TEST_CASE("addresses of one IPv6 network are one client") {
    CHECK(rate_limit_client("2001:db8::1") == rate_limit_client("2001:db8::ffff:1"));
    CHECK(rate_limit_client("2001:db8::1") != rate_limit_client("2001:db8:0:1::1"));
    CHECK(rate_limit_client("192.0.2.1") != rate_limit_client("192.0.2.2"));
}

TEST_SUITE_END();

}  // namespace alexander::s3
