#include "base/error.h"
#include "catalog/contents.h"
#include "catalog/slots.h"
#include "catalog/sql/file_system_vfs.h"
#include "catalog/sql/query.h"
#include "catalog/sql/sqlite_connection.h"
#include "catalog/sql/write_ahead_log.h"
#include "fixture.h"
#include "support/memory_file_system.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <thread>

namespace alexander::catalog {
namespace {

/// Commits a page of the catalog that is about as large as asked.
void commit_bytes(Catalog& catalog, std::size_t size_bytes) {
    const auto transaction = catalog.write();
    insert_page(
        *transaction, transaction->next_id(IdKind::page), 1, Bytes(size_bytes, std::byte{1}));
    transaction->commit();
}

void flip_byte(const std::string& path, std::int64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const int byte = file.get();
    file.seekp(offset);
    file.put(static_cast<char>(byte ^ 1));
    REQUIRE(file.good());
}

ErrorCode code_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("nothing was thrown");
    return ErrorCode::busy;
}

/// The database and its log as they are now, in another folder: what a dead process leaves.
struct Copy {
    explicit Copy(const Fixture& fixture) {
        for (const char* suffix : {"", "-wal"}) {
            std::filesystem::copy_file(fixture.options().path + suffix, path() + suffix);
        }
    }

    [[nodiscard]] std::string path() const { return folder.path("copy.db"); }

    [[nodiscard]] std::unique_ptr<Catalog> open() const {
        return Catalog::open({.path = path(), .vfs = {}, .process = second_process});
    }

    ScratchFolder folder;
};

/// How many of the slots "0" to "9" are there; they must be the first ones.
int count_prefix(Catalog& catalog) {
    const auto slots = scan_slots(*catalog.read(), 16, "", "", 100, Attributes::no);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        CHECK(slots[i].name == std::to_string(i));
    }
    return static_cast<int>(slots.size());
}

/// A catalog on a simulated disk that counts syncs by file and fails them on demand.
struct CountedSyncs {
    CountedSyncs() {
        Catalog::create(options(), test_uuid);
        catalog = Catalog::open(options());
        syncs.clear();
    }

    [[nodiscard]] CatalogOptions options() const {
        return {.path = "c.db", .vfs = vfs.name(), .process = first_process};
    }

    MemoryDisk disk;
    sql::SharedFileTable shared;
    std::map<std::string, int> syncs;
    std::string failing;
    MemoryFileSystem files{disk, [this](DiskOperation operation, const std::string& path) {
                               if (operation == DiskOperation::sync) {
                                   ++syncs[path];
                                   if (path == failing) {
                                       throw_os_error("sync " + path, EIO);
                                   }
                               }
                           }};
    sql::FileSystemVfs vfs{"counted", files, shared};
    std::unique_ptr<Catalog> catalog;
};

}  // namespace

TEST_SUITE_BEGIN("catalog/log");

TEST_CASE("after its first read a connection's journal pointer is the write-ahead log") {
    Fixture fixture(Medium::disk);
    commit_slot(*fixture.catalog, 16, "a");
    sql::SqliteConnection connection(fixture.options().path, "", sql::Role::reader);
    sql::execute(connection, "SELECT count(*) FROM slot");

    sqlite3_file& log = connection.log_file();
    sqlite3_int64 size = 0;
    REQUIRE(log.pMethods->xFileSize(&log, &size) == SQLITE_OK);

    CHECK(size > 0);
    CHECK(static_cast<std::uintmax_t>(size) ==
          std::filesystem::file_size(fixture.options().path + "-wal"));
    CHECK(&log != &connection.database_file());
}

TEST_CASE("a commit syncs nothing, and one sync of the log covers all commits") {
    CountedSyncs disk;
    commit_slot(*disk.catalog, 16, "first");  // begins the log: its header is synced
    disk.syncs.clear();
    for (int i = 0; i < 5; ++i) {
        commit_slot(*disk.catalog, 16, std::to_string(i));
    }
    CHECK(disk.syncs.empty());

    disk.catalog->sync_log();

    CHECK(disk.syncs == std::map<std::string, int>{{"c.db-wal", 1}});
    disk.disk.cut_power();
    disk.catalog.reset();
    disk.catalog = Catalog::open(disk.options());
    CHECK(find_slot(*disk.catalog->read(), 16, "4"));
}

TEST_CASE("the log is synced while a transaction is open") {
    Fixture fixture(Medium::disk);
    commit_slot(*fixture.catalog, 16, "a");
    const auto transaction = fixture.catalog->write();
    put_slot(*transaction, make_slot(16, "b", 1'000));

    std::jthread syncer([&] { fixture.catalog->sync_log(); });
    syncer.join();

    transaction->commit();
    fixture.catalog->sync_log();
    CHECK(find_slot(*fixture.catalog->read(), 16, "b"));
}

TEST_CASE("a failed sync of the log is a device_error with its errno") {
    CountedSyncs disk;
    commit_slot(*disk.catalog, 16, "a");
    disk.failing = "c.db-wal";

    try {
        disk.catalog->sync_log();
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::device_error);
        CHECK(error.os_errno() == EIO);
    }
}

TEST_CASE("after a failed sync a repair makes every commit durable, and without it they are lost") {
    for (const bool is_repaired : {true, false}) {
        CAPTURE(is_repaired);
        CountedSyncs disk;
        commit_slot(*disk.catalog, 16, "in doubt");
        disk.failing = "c.db-wal";
        CHECK_THROWS_AS(disk.catalog->sync_log(), Error);
        disk.failing.clear();
        if (is_repaired) {
            disk.catalog->repair_log();
        }
        commit_slot(*disk.catalog, 16, "later");
        disk.catalog->sync_log();

        disk.disk.cut_power();

        disk.catalog.reset();
        disk.catalog = Catalog::open(disk.options());
        CHECK(find_slot(*disk.catalog->read(), 16, "in doubt").has_value() == is_repaired);
        CHECK(find_slot(*disk.catalog->read(), 16, "later").has_value() == is_repaired);
    }
}

TEST_CASE("a repair whose own sync fails throws device_error") {
    for (const char* const file : {"c.db", "c.db-wal"}) {
        CAPTURE(file);
        CountedSyncs disk;
        commit_slot(*disk.catalog, 16, "a");
        disk.failing = file;

        CHECK(code_of([&] { disk.catalog->repair_log(); }) == ErrorCode::device_error);
        disk.failing.clear();
        disk.catalog->repair_log();
    }
}

TEST_CASE("a repair of an intact log empties it and keeps everything") {
    Fixture fixture(Medium::disk);
    for (int i = 0; i < 10; ++i) {
        commit_slot(*fixture.catalog, 16, std::to_string(i));
    }

    fixture.catalog->repair_log();
    fixture.catalog->repair_log();  // nothing left to do

    CHECK(std::filesystem::file_size(fixture.options().path + "-wal") == 0);
    CHECK(count_prefix(*fixture.catalog) == 10);
    commit_slot(*fixture.catalog, 17, "after");
    fixture.catalog->repair_log();
    CHECK(fixture.catalog->check_integrity().empty());
}

TEST_CASE("a flipped bit anywhere in a log in use is found before it reaches the database") {
    Fixture fixture;
    for (int i = 0; i < 3; ++i) {
        commit_slot(*fixture.catalog, 16, std::to_string(i));
    }
    const std::string log = fixture.options().path + "-wal";
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(log));
    constexpr std::int64_t frame = 4'096 + 24;
    // The header's salt and checksum; of a first, a middle and the last frame: page number, salt,
    // checksum, data.
    std::vector<std::int64_t> offsets{16, 24, 31, size - 1, size - frame + 5};
    for (const std::int64_t begin : {std::int64_t{32}, 32 + 2 * frame}) {
        for (const std::int64_t inside : {0, 9, 17, 24, 2'000, 4'119}) {
            offsets.push_back(begin + inside);
        }
    }
    for (const std::int64_t offset : offsets) {
        CAPTURE(offset);
        flip_byte(log, offset);
        CHECK(code_of([&] { fixture.catalog->repair_log(); }) == ErrorCode::corrupt);
        CHECK(static_cast<std::int64_t>(std::filesystem::file_size(log)) == size);
        flip_byte(log, offset);
    }

    fixture.catalog->repair_log();
    CHECK(count_prefix(*fixture.catalog) == 3);
}

TEST_CASE("a log in use that was cut short is corrupt") {
    Fixture fixture;
    commit_slot(*fixture.catalog, 16, "a");
    const std::string log = fixture.options().path + "-wal";
    std::filesystem::resize_file(log, std::filesystem::file_size(log) - 1);

    CHECK(code_of([&] { fixture.catalog->repair_log(); }) == ErrorCode::corrupt);
}

TEST_CASE("a log left behind, cut at any length, opens as a prefix of its commits") {
    Fixture fixture;
    for (int i = 0; i < 10; ++i) {
        commit_slot(*fixture.catalog, 16, std::to_string(i));
    }
    const auto size = std::filesystem::file_size(fixture.options().path + "-wal");
    int last = 0;
    for (std::uintmax_t length = 0; length <= size; length += size / 9) {
        CAPTURE(length);
        const Copy copy(fixture);
        std::filesystem::resize_file(copy.path() + "-wal", length);
        const auto catalog = copy.open();

        catalog->repair_log();

        CHECK(count_prefix(*catalog) >= last);
        last = count_prefix(*catalog);
        CHECK(catalog->check_integrity().empty());
    }
    CHECK(last >= 8);
}

TEST_CASE("a log left behind with a flipped bit opens as the commits before it") {
    Fixture fixture;
    for (int i = 0; i < 10; ++i) {
        commit_slot(*fixture.catalog, 16, std::to_string(i));
    }
    const Copy copy(fixture);
    const std::string log = copy.path() + "-wal";
    flip_byte(log, static_cast<std::int64_t>(std::filesystem::file_size(log) / 2));
    const auto catalog = copy.open();

    catalog->repair_log();

    CHECK(count_prefix(*catalog) > 0);
    CHECK(count_prefix(*catalog) < 10);
    CHECK(catalog->check_integrity().empty());
}

TEST_CASE("the log's state counts frames and copies") {
    Fixture fixture;
    sql::SqliteConnection connection(fixture.options().path, "", sql::Role::writer);
    sql::execute(connection, "SELECT count(*) FROM slot");
    CHECK(sql::get_log_state(connection).bytes() == 0);
    commit_slot(*fixture.catalog, 16, "a");

    const sql::LogState state = sql::get_log_state(connection);
    CHECK(state.frames > 0);
    CHECK(state.copied == 0);
    CHECK(state.page_bytes == 4'096);
    CHECK(state.bytes() == std::filesystem::file_size(fixture.options().path + "-wal"));
    using Mode = sql::SqliteConnection::Checkpoint;
    CHECK(connection.checkpoint(Mode::passive, std::chrono::milliseconds(0)) ==
          sql::SqliteConnection::CheckpointOutcome::complete);
    CHECK(sql::get_log_state(connection).uncopied_bytes() == 0);
}

TEST_CASE("a small log is left alone") {
    CountedSyncs disk;
    commit_bytes(*disk.catalog, 1'000'000);
    disk.syncs.clear();

    disk.catalog->checkpoint_if_large();

    CHECK(disk.syncs.empty());
}

TEST_CASE("a log past 16 MB is copied and begins anew") {
    Fixture fixture;
    for (int i = 0; i < 22; ++i) {
        commit_bytes(*fixture.catalog, 1'500'000);
        fixture.catalog->checkpoint_if_large();
    }

    CHECK(std::filesystem::file_size(fixture.options().path + "-wal") < 20'000'000);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
