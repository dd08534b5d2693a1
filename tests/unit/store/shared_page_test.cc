#include "store/shared_page.h"

#include "store/process_table.h"
#include "tests/unit/store/committer_fixture.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace alexander;

TEST_CASE("two mappings are one page") {
    StoreFolder folder;
    SharedPage one(folder.files);
    SharedPage two(folder.files);
    one.reset();

    one.words().committed.store(41);
    one.words().committed.raise(40);
    CHECK(two.words().committed.add(1) == 42);

    CHECK(one.words().committed.load() == 42);
}

TEST_CASE("a signal wakes a waiter in another mapping and is never missed") {
    StoreFolder folder;
    SharedPage one(folder.files);
    SharedPage two(folder.files);
    const std::uint32_t seen = two.words().commit_event.value();
    std::thread waiter([&] {
        std::uint32_t before = seen;
        while (two.words().committed.load() == 0) {
            two.words().commit_event.wait(before, std::chrono::seconds(30));
            before = two.words().commit_event.value();
        }
    });

    one.words().committed.store(1);
    one.words().commit_event.signal();

    waiter.join();
    two.words().commit_event.wait(seen, std::chrono::seconds(30));  // returns: it was signalled
}

TEST_CASE("a layout of another version is refused") {
    StoreFolder folder;
    SharedPage page(folder.files);
    page.reset();
    page.check_layout();

    page.words().layout.store(shared_layout_version + 1);

    CHECK_THROWS_AS(page.check_layout(), Error);
}

TEST_CASE("a region lives as long as its owner") {
    StoreFolder folder;
    StoreProcess one(folder);
    unsigned region = 0;
    {
        StoreProcess two(folder);
        region = two.processes.own();
        CHECK(one.processes.is_alive(region));
        CHECK(two.processes.is_alive(one.processes.own()));
        CHECK(one.processes.living().size() == 2);
    }

    CHECK_FALSE(one.processes.is_alive(region));
    CHECK(one.processes.living().size() == 1);
    CHECK(one.processes.dead().empty());  // it left in order
}

TEST_CASE("a process that died is named until it is forgotten") {
    StoreFolder folder;
    StoreProcess one(folder);
    SharedRegion& region = one.page.region(one.processes.own() + 1);
    one.page.words().used.raise(one.processes.own() + 2);
    region.process[0] = std::byte{9};
    region.state.store(static_cast<std::uint64_t>(RegionState::in_use));

    const auto dead = one.processes.dead();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].process[0] == std::byte{9});
    CHECK(one.processes.dead().size() == 1);
    one.processes.forget(dead[0]);

    CHECK(one.processes.dead().empty());
}

TEST_CASE("no more processes than there are regions") {
    StoreFolder folder;
    StoreProcess first(folder);
    std::vector<std::unique_ptr<StoreLocks>> locks;
    std::vector<std::unique_ptr<ProcessTable>> tables;
    for (unsigned i = 1; i < max_processes; ++i) {
        locks.push_back(std::make_unique<StoreLocks>(folder.files));
        tables.push_back(std::make_unique<ProcessTable>(first.page, *locks.back()));
        tables.back()->join({}, ProcessRole::admin);
    }
    StoreLocks one_more(folder.files);
    ProcessTable table(first.page, one_more);

    CHECK_THROWS_AS(table.join({}, ProcessRole::admin), Error);

    tables.pop_back();
    table.join({}, ProcessRole::admin);
    table.leave();
}

TEST_CASE("the catalog lock keeps threads and processes apart") {
    StoreFolder folder;
    StoreLocks one(folder.files);
    StoreLocks two(folder.files);
    // Counted in two steps, which only the lock makes one; atomic because the thread sanitizer
    // knows nothing of the kernel's locks.
    std::atomic<int> shared = 0;
    const auto count = [&](StoreLocks& locks) {
        for (int i = 0; i < 200; ++i) {
            const auto guard = locks.lock_catalog();
            const int before = shared;
            std::this_thread::yield();
            shared = before + 1;
        }
    };

    std::thread a([&] { count(one); });
    std::thread b([&] { count(one); });
    std::thread c([&] { count(two); });
    a.join();
    b.join();
    c.join();

    CHECK(shared == 600);
}
