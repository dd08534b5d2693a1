// A backup is a moment of the store, whole, and damage of it is found.
#include "store/backup/backup.h"

#include "base/error.h"
#include "blob/pack_format.h"
#include "store/snapshots/pack_source.h"
#include "tests/crash/recovery_site.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

using namespace alexander;
using namespace alexander::crash;

namespace {

std::uint64_t base_seed() {
    const char* const given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'128;
}

/// A disk for backups.
struct Shelf {
    explicit Shelf(const std::function<void(DiskOperation, const std::string&)>& before = {})
        : files(disk, before) {}

    MemoryDisk disk;
    MemoryFileSystem files;
};

BackupReport back_up(Store& store, FileSystem& shelf) {
    FolderTarget target(shelf, FolderTarget::Use::write);
    return create_backup(store.engine(), target, {}, [](const BackupProgress&) {});
}

/// Restores on a new machine and compares everything.
std::string restore_and_compare(FileSystem& shelf,
                                const MasterKey& master,
                                RandomSource& random,
                                const Expected& expected) {
    MemoryDisk disk;
    Boot boot(disk, {}, random);
    FolderTarget target(shelf, FolderTarget::Use::read);
    const RestoreReport report = boot.restore(target, master);
    if (!report.problems.empty())
        return report.problems.front();
    const auto store = boot.open(master, ProcessRole::s3d);
    Client client(*store);
    if (const auto difference = find_difference(client, expected))
        return *difference;
    return find_problems(*store);
}

VerifyReport verify(FileSystem& shelf, const MasterKey& master, RandomSource& random) {
    MemoryDisk disk;
    Boot scratch(disk, {}, random);
    FolderTarget target(shelf, FolderTarget::Use::read);
    return scratch.verify(target, master);
}

bool finds_damage(FileSystem& shelf, const MasterKey& master, RandomSource& random) {
    try {
        return !verify(shelf, master, random).problems.empty();
    } catch (const Error& error) {
        return error.code() == ErrorCode::corrupt;  // the catalog itself
    }
}

void flip(FileSystem& files, const std::string& path, std::uint64_t at) {
    const auto file = files.open(path, OpenMode::read_write);
    REQUIRE(file);
    Bytes byte(1);
    REQUIRE(file->read(byte, at) == 1);
    byte[0] ^= std::byte{4};
    const ByteView changed = byte;
    file->write({&changed, 1}, at);
}

}  // namespace

TEST_CASE("a backup restores to the store it was made of; the next copies what is new") {
    RecoverySite site(base_seed());
    Shelf shelf;
    site.put("a", 1);
    site.put("b", 2, 8);
    const BackupReport first = back_up(*site.store, shelf.files);
    CHECK(first.copied_packs == first.packs);
    CHECK(first.problems.empty());
    CHECK(restore_and_compare(shelf.files, site.master, site.random, site.expected) == "");

    site.close();
    site.open();
    site.put("c", 3);
    const BackupReport second = back_up(*site.store, shelf.files);
    CHECK(second.copied_packs < second.packs);
    CHECK(second.copied_bytes < second.total_bytes);
    CHECK(verify(shelf.files, site.master, site.random).problems.empty());
    CHECK(restore_and_compare(shelf.files, site.master, site.random, site.expected) == "");

    site.client->remove("b");
    site.expected.erase("b");
    site.close();
    site.open();
    GcOptions options;
    options.dead_percent = 1;
    CHECK(collect(*site.store, site.boot.files(), options).removed_packs > 0);
    const BackupReport third = back_up(*site.store, shelf.files);
    CHECK(third.removed_packs > 0);
    CHECK(restore_and_compare(shelf.files, site.master, site.random, site.expected) == "");
}

TEST_CASE("a backup under load, with collections, is of one moment") {
    RecoverySite site(base_seed());
    Shelf shelf;
    for (std::uint64_t i = 0; i < 6; ++i)
        site.put("stays" + std::to_string(i), i);
    std::atomic<bool> is_over = false;
    std::thread load([&] {
        Client client(*site.store);
        for (std::uint64_t i = 0; !is_over; ++i) {
            client.put("moves" + std::to_string(i % 3), make_body(1'000 + i, 2));
            if (i % 4 == 3)
                client.remove("moves" + std::to_string(i % 3));
        }
    });
    std::thread collector([&] {
        GcOptions options;
        options.dead_percent = 1;
        while (!is_over)
            static_cast<void>(collect(*site.store, site.boot.files(), options));
    });
    for (int round = 0; round < 3; ++round) {
        const BackupReport report = back_up(*site.store, shelf.files);
        CHECK(report.problems.empty());
        const VerifyReport verified = verify(shelf.files, site.master, site.random);
        CHECK((verified.problems.empty() ? "" : verified.problems.front()) == "");
        CHECK(restore_and_compare(shelf.files, site.master, site.random, site.expected) == "");
    }
    is_over = true;
    load.join();
    collector.join();
}

TEST_CASE("every flipped bit of a backup's packs and a missing pack are found") {
    RecoverySite site(base_seed());
    Shelf shelf;
    site.put("a", 1, 6);
    site.close();
    site.open();
    site.put("b", 2, 6);
    static_cast<void>(back_up(*site.store, shelf.files));
    std::mt19937_64 luck(base_seed());
    const auto packs = StorePacks(shelf.files).list();
    REQUIRE(packs.size() > 1);
    for (int trial = 0; trial < 40; ++trial) {
        const std::string path = pack_path(packs[luck() % packs.size()]);
        const std::uint64_t size = shelf.files.open(path, OpenMode::read)->size();
        const std::uint64_t at = pack_header_size + luck() % (size - pack_header_size);
        INFO(path << " at " << at << " of " << size);
        flip(shelf.files, path, at);
        CHECK(finds_damage(shelf.files, site.master, site.random));
        flip(shelf.files, path, at);
    }
    CHECK(verify(shelf.files, site.master, site.random).problems.empty());
    shelf.files.remove(pack_path(packs.front()));
    CHECK(finds_damage(shelf.files, site.master, site.random));
}

TEST_CASE("a backup is refused where it does not belong, and opens with its key only") {
    RecoverySite site(base_seed());
    RecoverySite other(base_seed() + 1);
    Shelf shelf;
    site.put("a", 1);
    static_cast<void>(back_up(*site.store, shelf.files));
    CHECK_THROWS_WITH_AS(static_cast<void>(back_up(*other.store, shelf.files)),
                         "this is a backup of another store",
                         Error);
    CHECK_THROWS_AS(FolderTarget(site.boot.files(), FolderTarget::Use::write), Error);
    CHECK_THROWS_AS(verify(shelf.files, other.master, site.random), Error);
    FolderTarget target(shelf.files, FolderTarget::Use::read);
    CHECK_THROWS_AS(static_cast<void>(site.boot.restore(target, site.master)), Error);
    MemoryDisk disk;
    Boot boot(disk, {}, site.random);
    CHECK_THROWS_AS(static_cast<void>(boot.restore(target, other.master)), Error);
    CHECK(boot.files().list("").empty());
}

TEST_CASE("a backup that is cut off at any step restores as the one before") {
    for (std::uint64_t step = 1;; step += 3) {
        RecoverySite site(base_seed() + step);
        std::uint64_t steps = 0;
        bool is_dead = false;
        bool is_counting = false;
        Shelf shelf([&](DiskOperation operation, const std::string& path) {
            const bool changes =
                operation != DiskOperation::open && operation != DiskOperation::read;
            if (is_dead || (is_counting && changes && ++steps == step)) {
                is_dead = true;
                throw_os_error("the shelf is gone: " + path, EIO);
            }
        });
        site.put("a", 1);
        static_cast<void>(back_up(*site.store, shelf.files));
        site.put("b", 2);
        is_counting = true;
        try {
            static_cast<void>(back_up(*site.store, shelf.files));
        } catch (const Error&) {
            // As meant.
        }
        is_counting = false;
        is_dead = false;
        std::mt19937_64 luck(step);
        shelf.disk.cut_power([&] { return luck() % 2 == 0; });
        CAPTURE(step);
        const Expected before{{"a", site.expected["a"]}};
        CHECK(restore_and_compare(shelf.files, site.master, site.random, before) == "");
        static_cast<void>(back_up(*site.store, shelf.files));
        CHECK(restore_and_compare(shelf.files, site.master, site.random, site.expected) == "");
        if (steps < step)
            break;
    }
}

TEST_CASE("a restore that is cut off at any step does not open, or is right; and goes on") {
    RecoverySite site(base_seed());
    Shelf shelf;
    site.put("a", 1);
    static_cast<void>(back_up(*site.store, shelf.files));
    FolderTarget target(shelf.files, FolderTarget::Use::read);
    for (std::uint64_t step = 1;; step += 2) {
        MemoryDisk disk;
        std::uint64_t steps = 0;
        {
            Plan plan;
            plan.cut_at_step = step;
            Boot boot(disk, plan, site.random);
            boot.start_counting();
            try {
                static_cast<void>(boot.restore(target, site.master));
            } catch (const Error&) {
                // The power went.
            }
            steps = boot.steps();
        }
        std::mt19937_64 luck(step);
        disk.cut_power([&] { return luck() % 2 == 0; });
        CAPTURE(step);
        Boot boot(disk, {}, site.random);
        const auto check = [&] {
            const auto store = boot.open(site.master, ProcessRole::s3d);
            Client client(*store);
            CHECK(find_difference(client, site.expected).value_or("") == "");
            CHECK(find_problems(*store) == "");
        };
        bool is_complete = false;
        try {
            check();
            is_complete = true;
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::not_a_store);
        }
        if (!is_complete) {
            static_cast<void>(boot.restore(target, site.master));
            check();
        }
        if (steps < step)
            break;
    }
}
