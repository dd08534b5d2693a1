#include "catalog/sql/file_system_vfs.h"

#include "base/error.h"
#include "catalog/slots.h"
#include "fixture.h"
#include "support/memory_file_system.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>

namespace alexander::catalog {
namespace {

/// A machine with one disk; its database is "meta/c.db".
struct Machine {
    Machine() {
        MemoryFileSystem files(disk);
        files.create_directory("meta");
        files.sync_directory(".");
    }

    [[nodiscard]] bool is_there(const std::string& path) {
        return MemoryFileSystem(disk).open(path, OpenMode::read) != nullptr;
    }

    MemoryDisk disk;
    sql::SharedFileTable shared;
};

/// A process on it.
struct Process {
    explicit Process(Machine& machine, const std::string& name, MemoryFileSystem::Hook hook = {})
        : files(machine.disk, std::move(hook)), vfs(name, files, machine.shared) {}

    [[nodiscard]] CatalogOptions options() const {
        return {.path = "meta/c.db", .vfs = vfs.name(), .process = first_process};
    }

    void create() const { Catalog::create(options(), test_uuid); }

    void open() { catalog = Catalog::open(options()); }

    MemoryFileSystem files;
    sql::FileSystemVfs vfs;
    std::unique_ptr<Catalog> catalog;
};

bool has(Catalog& catalog, const std::string& name) {
    return find_slot(*catalog.read(), 16, name).has_value();
}

}  // namespace

TEST_SUITE_BEGIN("catalog/file_system_vfs");

TEST_CASE("a created catalog survives a power cut") {
    Machine machine;
    Process(machine, "before").create();

    machine.disk.cut_power();

    Process after(machine, "after");
    after.open();
    CHECK(after.catalog->check_integrity().empty());
    CHECK(after.catalog->read()->commit_seq() == 1);
}

TEST_CASE("after a power cut what was synced is there and what was not is gone") {
    Machine machine;
    {
        Process before(machine, "before");
        before.create();
        before.open();
        commit_slot(*before.catalog, 16, "synced");
        before.catalog->sync_log();
        commit_slot(*before.catalog, 16, "lost");

        machine.disk.cut_power();
    }

    Process after(machine, "after");
    after.open();
    after.catalog->repair_log();
    CHECK(has(*after.catalog, "synced"));
    CHECK_FALSE(has(*after.catalog, "lost"));
    CHECK(after.catalog->check_integrity().empty());
}

TEST_CASE("any part of the unsynced writes may survive, and the state is one of the commits") {
    for (unsigned seed = 1; seed <= 15; ++seed) {
        CAPTURE(seed);
        Machine machine;
        {
            Process before(machine, "before");
            before.create();
            before.open();
            commit_slot(*before.catalog, 16, "0");
            before.catalog->sync_log();
            for (int i = 1; i < 6; ++i) {
                commit_slot(*before.catalog, 16, std::to_string(i));
            }
            std::uint64_t state = seed;
            machine.disk.cut_power([&] {
                state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
                return (state >> 60U) < 12;
            });
        }

        Process after(machine, "after");
        after.open();
        after.catalog->repair_log();
        CHECK(after.catalog->check_integrity().empty());
        CHECK(has(*after.catalog, "0"));
        for (int i = 1; i < 5; ++i) {  // a prefix of the commits
            CHECK((has(*after.catalog, std::to_string(i)) ||
                   !has(*after.catalog, std::to_string(i + 1))));
        }
    }
}

TEST_CASE("two processes on one machine see each other's commits and never write at once") {
    Machine machine;
    Process first(machine, "first");
    first.create();
    first.open();
    Process second(machine, "second");
    second.open();

    commit_slot(*first.catalog, 16, "a");
    CHECK(has(*second.catalog, "a"));
    commit_slot(*second.catalog, 16, "b");
    CHECK(has(*first.catalog, "b"));
    first.catalog.reset();
    commit_slot(*second.catalog, 16, "c");
    CHECK(has(*second.catalog, "c"));
}

TEST_CASE("a checkpoint empties the log and the database has it all") {
    Machine machine;
    Process process(machine, "process");
    process.create();
    process.open();
    commit_slot(*process.catalog, 16, "a");
    CHECK(process.files.open("meta/c.db-wal", OpenMode::read)->size() > 0);

    process.catalog->checkpoint_all();

    CHECK(process.files.open("meta/c.db-wal", OpenMode::read)->size() == 0);
    process.catalog.reset();
    machine.disk.cut_power();
    Process after(machine, "after");
    after.open();
    CHECK(has(*after.catalog, "a"));
}

TEST_CASE("a process that dies in a commit leaves the others working") {
    Machine machine;
    std::atomic<bool> is_dead{false};
    Process first(machine, "first", [&](DiskOperation, const std::string& path) {
        if (is_dead) {
            throw_os_error("dead: " + path, EIO);
        }
    });
    first.create();
    first.open();
    Process second(machine, "second");
    second.open();
    {
        const auto transaction = first.catalog->write();
        put_slot(*transaction, make_slot(16, "dead", 1));
        is_dead = true;
        CHECK_THROWS_AS(transaction->commit(), Error);
    }
    first.catalog.reset();

    commit_slot(*second.catalog, 16, "alive");
    CHECK(has(*second.catalog, "alive"));
    CHECK_FALSE(has(*second.catalog, "dead"));
}

TEST_CASE("errors keep their errno and a full disk is no_space") {
    for (const int os_errno : {EIO, ENOSPC}) {
        Machine machine;
        std::atomic<bool> is_failing{false};
        Process process(machine, "process", [&](DiskOperation operation, const std::string& path) {
            if (is_failing && operation == DiskOperation::write) {
                throw_os_error("write " + path, os_errno);
            }
        });
        process.create();
        process.open();
        is_failing = true;
        try {
            commit_slot(*process.catalog, 16, "a");
            FAIL("nothing was thrown");
        } catch (const Error& error) {
            CHECK(error.code() ==
                  (os_errno == ENOSPC ? ErrorCode::no_space : ErrorCode::device_error));
            CHECK(error.os_errno() == os_errno);
        }
        is_failing = false;
        commit_slot(*process.catalog, 16, "b");
        CHECK_FALSE(has(*process.catalog, "a"));
        CHECK(has(*process.catalog, "b"));
    }
}

TEST_CASE("opening where there is no database throws not_a_store and makes none") {
    Machine machine;
    Process process(machine, "process");

    try {
        process.open();
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::not_a_store);
    }
    CHECK_FALSE(machine.is_there("meta/c.db"));
}

TEST_SUITE_END();

}  // namespace alexander::catalog
