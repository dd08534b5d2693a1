#include "base/random_source.h"

#include "base/clock.h"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

namespace alexander {

TEST_SUITE_BEGIN("base/random_source");

TEST_CASE("random bytes of any size do not repeat") {
    SystemRandom random;
    std::set<Bytes> seen;
    for (const std::size_t size : {16U, 17U, 24U, 64U, 65U, 512U, 5000U}) {
        for (int i = 0; i < 50; ++i) {
            Bytes bytes(size);
            random.fill(bytes);
            CHECK(bytes != Bytes(size));
            CHECK(seen.insert(bytes).second);
        }
    }
    random.fill({});
}

TEST_CASE("a forked child gets other bytes than its parent") {
    SystemRandom random;
    std::array<std::byte, 16> own{};
    random.fill(own);  // the buffer is full of bytes not handed out yet
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);

    const pid_t child = ::fork();
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    if (child == 0)
        ::_exit(::write(ends[1], bytes.data(), bytes.size()) == 16 ? 0 : 1);
    std::array<std::byte, 16> theirs{};
    REQUIRE(::read(ends[0], theirs.data(), theirs.size()) == 16);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);

    CHECK(theirs != bytes);
}

TEST_CASE("the monotonic clock never runs backwards and the wall clock is past 2020") {
    SystemClock clock;
    const auto before = clock.monotonic();
    CHECK(clock.monotonic() >= before);
    CHECK(clock.now().seconds > 1'577'836'800);
    CHECK(clock.now().nanoseconds >= 0);
    CHECK(clock.now().nanoseconds < 1'000'000'000);
}

TEST_SUITE_END();

}  // namespace alexander
