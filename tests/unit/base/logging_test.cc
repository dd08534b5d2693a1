#include "base/logging.h"

#include "base/unique_fd.h"
#include "base/worker.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <future>
#include <limits>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

namespace alexander {

namespace {

class FixedClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {1136214245, 123'000'000}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override { return {}; }
};

struct Fixture {
    Fixture() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
        reader = UniqueFd::adopt(ends[0]);
        writer = UniqueFd::adopt(ends[1]);
    }

    [[nodiscard]] std::string written() const {
        std::string text(65536, '\0');
        const ssize_t count = ::read(reader.get(), text.data(), text.size());
        text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
        return text;
    }

    FixedClock clock;
    UniqueFd reader;
    UniqueFd writer;
};

}  // namespace

TEST_SUITE_BEGIN("base/logging");

TEST_CASE_FIXTURE(Fixture, "a text line has time, level, category, message and fields") {
    Logger log(clock, LogLevel::info, LogFormat::text, writer.get());

    log.info("store",
             "opened",
             {{"path", std::string("/a b")},
              {"objects", 5},
              {"bytes", std::uint64_t{18446744073709551615U}},
              {"delta", -3},
              {"ratio", 0.25},
              {"new", true},
              {"empty", ""},
              {"plain", "x-1"}});

    CHECK(written() ==
          "2006-01-02T15:04:05.123Z info store: opened path=\"/a b\" objects=5 "
          "bytes=18446744073709551615 delta=-3 ratio=0.25 new=true empty=\"\" plain=x-1\n");
}

TEST_CASE_FIXTURE(Fixture, "a JSON line is an object with the same") {
    Logger log(clock, LogLevel::debug, LogFormat::json, writer.get());

    log.debug("gc",
              "a \"round\"",
              {{"n", 5},
               {"none", std::numeric_limits<double>::quiet_NaN()},
               {"on", false},
               {"key", "tab\tback\\"}});

    CHECK(written() == R"({"time":"2006-01-02T15:04:05.123Z","level":"debug","category":"gc",)"
                       R"("message":"a \"round\"","n":5,"none":null,"on":false,)"
                       R"("key":"tab\u0009back\\"})"
                       "\n");
}

TEST_CASE_FIXTURE(Fixture, "no text can start a second line, obey a terminal or break JSON") {
    Logger text(clock, LogLevel::info, LogFormat::text, writer.get());
    text.info("a", "x\ny\x1b[0m\x7f\xc2\x9b", {{"k", "\r\xff\xc3\xa9\xe2\x82"}});
    CHECK(written() ==
          "2006-01-02T15:04:05.123Z info a: x\\ny\\x1b[0m\\x7f\\x9b "
          "k=\\x0d\\xff\xc3\xa9\\xe2\\x82\n");

    Logger json(clock, LogLevel::info, LogFormat::json, writer.get());
    json.info("a", "\n\x01\xff\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80");
    CHECK(written() ==
          "{\"time\":\"2006-01-02T15:04:05.123Z\",\"level\":\"info\",\"category\":\"a\","
          "\"message\":\"\\n\\u0001\\ufffd\xc3\xa9\\ufffd\\ufffd\\ufffd\xf0\x9f\x98\x80\"}\n");
}

TEST_CASE_FIXTURE(Fixture, "events below the level are not written, and the level can change") {
    Logger log(clock, LogLevel::warning, LogFormat::text, writer.get());
    log.info("a", "quiet");
    CHECK(written().empty());
    CHECK_FALSE(log.is_enabled(LogLevel::info));

    log.error("a", "loud");
    log.set_level(LogLevel::info);
    log.info("a", "heard");

    CHECK(written() ==
          "2006-01-02T15:04:05.123Z error a: loud\n"
          "2006-01-02T15:04:05.123Z info a: heard\n");
}

TEST_CASE_FIXTURE(Fixture, "lines of many threads stay whole") {
    Logger log(clock, LogLevel::info, LogFormat::text, writer.get());
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round)
                log.info("a", "message", {{"round", 7}});
        });
    threads.clear();

    std::string expected;
    for (int i = 0; i < 200; ++i)
        expected += "2006-01-02T15:04:05.123Z info a: message round=7\n";
    CHECK(written() == expected);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("base/worker");

TEST_CASE_FIXTURE(Fixture, "a worker runs each period without being asked") {
    Logger log(clock, LogLevel::info, LogFormat::text, writer.get());
    std::counting_semaphore<> rounds(0);
    const Worker worker("periodic", log, std::chrono::milliseconds(1), [&](const std::stop_token&) {
        rounds.release();
    });
    for (int i = 0; i < 3; ++i)
        rounds.acquire();
    CHECK(written().empty());
}

TEST_CASE_FIXTURE(Fixture, "a poke makes a round at once, and none comes unasked") {
    Logger log(clock, LogLevel::info, LogFormat::text, writer.get());
    std::counting_semaphore<> rounds(0);
    std::atomic<int> count = 0;
    {
        Worker worker("poked", log, std::chrono::milliseconds(0), [&](const std::stop_token&) {
            ++count;
            rounds.release();
        });
        for (int i = 0; i < 3; ++i) {
            worker.poke();
            rounds.acquire();
        }
    }
    CHECK(count == 3);
}

TEST_CASE_FIXTURE(Fixture, "what a step throws is logged and the worker goes on") {
    Logger log(clock, LogLevel::info, LogFormat::text, writer.get());
    std::counting_semaphore<> rounds(0);
    {
        Worker worker("failing", log, std::chrono::hours(1), [&](const std::stop_token&) {
            rounds.release();
            throw std::runtime_error("disk on fire");
        });
        for (int i = 0; i < 2; ++i) {
            worker.poke();
            rounds.acquire();
        }
    }
    const std::string line =
        "2006-01-02T15:04:05.123Z error failing: background work failed reason=\"disk on fire\"\n";
    CHECK(written() == line + line);
}

TEST_CASE_FIXTURE(Fixture, "a worker's end stops a long step") {
    Logger log(clock, LogLevel::info, LogFormat::text, writer.get());
    std::binary_semaphore started(0);
    bool stopped = false;
    {
        Worker worker("long", log, std::chrono::hours(1), [&](const std::stop_token& stop) {
            std::binary_semaphore wake(0);
            const std::stop_callback on_stop(stop, [&] { wake.release(); });
            started.release();
            wake.acquire();
            stopped = true;
        });
        worker.poke();
        started.acquire();
    }
    CHECK(stopped);
}

TEST_SUITE_END();

}  // namespace alexander
