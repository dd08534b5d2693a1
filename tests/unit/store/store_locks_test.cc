#include "store/store_locks.h"

#include "base/posix_file_system.h"
#include "store/store_file.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

using namespace alexander;

TEST_CASE("a process that asks for the catalog gets it beside one that takes it all the time") {
    ScratchDirectory scratch;
    PosixFileSystem files(PosixFileSystem::open_root(scratch.path().string()));
    files.create_directory("tmp");
    write_store_file(files, StoreFile());
    // Each has an open file of its own, as two processes do.
    StoreLocks busy(files);
    StoreLocks other(files);

    std::atomic<bool> stop = false;
    std::atomic<int> taken_by_busy = 0;
    std::thread loop([&] {
        while (!stop) {
            const auto guard = busy.lock_catalog();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            ++taken_by_busy;
        }
    });
    while (taken_by_busy == 0)
        std::this_thread::yield();

    constexpr int wanted = 50;
    const int before = taken_by_busy;
    for (int i = 0; i < wanted; ++i)
        const auto guard = other.lock_catalog();
    const int meanwhile = taken_by_busy - before;
    stop = true;
    loop.join();

    // One each in turn, and room for a thread that is late to ask.
    CHECK(meanwhile <= 2 * wanted);
}
