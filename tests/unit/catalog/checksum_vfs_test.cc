#include "catalog/sql/checksum_vfs.h"

#include "base/error.h"
#include "catalog/migrations.h"
#include "catalog/slots.h"
#include "catalog/sql/query.h"
#include "catalog/sql/sqlite_connection.h"
#include "fixture.h"

#include <doctest/doctest.h>

#include <fstream>
#include <random>

namespace alexander::catalog {
namespace {

constexpr int slots = 300;

std::string name_of(int number) {
    return "name-" + std::to_string(number);
}

void fill(Catalog& catalog) {
    const auto transaction = catalog.write();
    for (int i = 0; i < slots; ++i) {
        put_slot(*transaction, make_slot(16, name_of(i), i));
    }
    transaction->commit();
}

/// Every slot that is found is the one that was written; false if a read said that it is damaged.
bool reads_right(const CatalogOptions& options) {
    try {
        const auto catalog = Catalog::open(options);
        const auto snapshot = catalog->read();
        for (int i = 0; i < slots; ++i) {
            const auto found = find_slot(*snapshot, 16, name_of(i));
            REQUIRE(found.has_value());
            const Slot expected = make_slot(16, name_of(i), i);
            REQUIRE(found->object.size == expected.object.size);
            REQUIRE(found->object.content == expected.object.content);
            REQUIRE(found->object.masked_etag == expected.object.masked_etag);
            REQUIRE(found->ino == expected.ino);
        }
        return true;
    } catch (const Error& error) {
        REQUIRE(error.code() == ErrorCode::corrupt);
        return false;
    }
}

void flip(const std::string& path, std::uint64_t bit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(bit / 8));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(bit / 8));
    file.put(static_cast<char>(byte ^ (1 << (bit % 8))));
    REQUIRE(file.good());
}

/// A database as programs made it that did not know checksums.
void create_plain(const std::string& path) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    std::string script = "PRAGMA journal_mode = WAL;";
    for (const Migration& migration : known_migrations()) {
        script += migration.sql;
    }
    script +=
        "INSERT INTO store_state (id, schema_version, store_uuid, commit_seq, gc_generation,"
        " incarnation) VALUES (1, " +
        std::to_string(known_migrations().back().number) + ", zeroblob(16), 1, 1, 1);";
    REQUIRE(sqlite3_exec(database, script.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
}

}  // namespace

TEST_SUITE_BEGIN("catalog/checksum_vfs");

TEST_CASE("whatever bit of the database changes, rows that are read are right or an error") {
    Fixture fixture;
    fill(*fixture.catalog);
    fixture.catalog->checkpoint_all();
    fixture.catalog.reset();
    const CatalogOptions options = fixture.options();
    const std::uint64_t bits = std::filesystem::file_size(options.path) * 8;
    std::mt19937_64 luck(20'261'126);
    int refused = 0;
    for (int round = 0; round < 300; ++round) {
        // The header of the database is 100 bytes that SQLite also reads on their own.
        const std::uint64_t bit = luck() % (round < 100 ? 800 : bits);
        INFO("bit " << bit);
        flip(options.path, bit);
        refused += reads_right(options) ? 0 : 1;
        flip(options.path, bit);
    }

    CHECK(reads_right(options));
    CHECK(refused > 100);  // all but those in pages that nothing here reads
}

TEST_CASE("whatever bit of the log changes, rows that are read are right or an error") {
    Fixture fixture;
    fixture.catalog->checkpoint_all();
    fill(*fixture.catalog);
    const CatalogOptions options = fixture.options();
    const std::string log = options.path + "-wal";
    const std::uint64_t bits = std::filesystem::file_size(log) * 8;
    std::mt19937_64 luck(20'261'127);
    int refused = 0;
    for (int round = 0; round < 300; ++round) {
        const std::uint64_t bit = luck() % bits;
        INFO("bit " << bit);
        flip(log, bit);
        refused += reads_right(options) ? 0 : 1;
        flip(log, bit);
    }

    CHECK(reads_right(options));
    CHECK(refused > 100);
}

TEST_CASE("what has changed in the log is never copied into the database") {
    Fixture fixture;
    fixture.catalog->checkpoint_all();
    fill(*fixture.catalog);
    const std::string log = fixture.options().path + "-wal";
    const std::uint64_t bit = (32 + 24 + 2'000) * 8;
    flip(log, bit);

    CHECK_THROWS_AS(fixture.catalog->checkpoint_all(), Error);

    flip(log, bit);
    fixture.catalog->checkpoint_all();
    fixture.catalog.reset();
    CHECK(reads_right(fixture.options()));
}

TEST_CASE("a transaction may write a page of the log again and read it") {
    ScratchFolder folder;
    const std::string path = folder.path("c.db");
    sql::SqliteConnection writer(path, "", sql::Role::creator);
    writer.run_script("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB); PRAGMA cache_size = 10");
    for (int round = 0; round < 3; ++round) {
        writer.run_script("BEGIN IMMEDIATE");
        for (int pass = 0; pass < 4; ++pass) {  // more pages than the cache holds
            writer.run_script(
                "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
                " INSERT INTO t SELECT i, zeroblob(1000) FROM n WHERE true"
                " ON CONFLICT (id) DO UPDATE SET body = randomblob(1000)");
            sql::Query sum(writer, "SELECT sum(length(body)) FROM t");
            REQUIRE(sum.next());
            REQUIRE(sum.integer(0) == 200'000);
        }
        writer.run_script(round == 1 ? "ROLLBACK" : "COMMIT");
        sql::SqliteConnection reader(path, "", sql::Role::reader);
        sql::Query sum(reader, "SELECT sum(length(body)) FROM t");
        REQUIRE(sum.next());
        CHECK(sum.integer(0) == 200'000);
    }
    using Mode = sql::SqliteConnection::Checkpoint;
    CHECK(writer.checkpoint(Mode::truncate, std::chrono::seconds(1)) ==
          sql::SqliteConnection::CheckpointOutcome::complete);
    sql::Query check(writer, "PRAGMA integrity_check");
    REQUIRE(check.next());
    CHECK(as_text(check.blob(0)) == "ok");
}

TEST_CASE("a copy has checksums too, at the same bytes for the same pages") {
    Fixture fixture;
    fill(*fixture.catalog);
    fixture.catalog->checkpoint_all();
    std::ignore = fixture.catalog->copy_to(fixture.folder.path("copy.db"));
    sql::SqliteConnection copy(fixture.folder.path("copy.db"), "", sql::Role::writer);

    CHECK(copy.pages() == sql::Pages::sealed);
}

TEST_CASE("a database without checksums gets them by its migration, and loses nothing") {
    Fixture fixture;
    const std::string path = fixture.folder.path("old.db");
    create_plain(path);
    CatalogOptions options = fixture.options();
    options.path = path;
    {
        const auto old = Catalog::open(options);
        fill(*old);
        REQUIRE(old->needs_migration());
        std::ignore = old->copy_to(fixture.folder.path("before.db"));
        old->migrate();
        CHECK_FALSE(old->needs_migration());
        CHECK(old->check_integrity().empty());
    }
    CHECK_FALSE(Catalog::open(options)->needs_migration());
    CHECK(reads_right(options));
    flip(path, 4096 * 8 + 80);
    CHECK_THROWS_AS(Catalog::open(options)->checkpoint_all(), Error);
    options.path = fixture.folder.path("before.db");
    CHECK(Catalog::open(options)->needs_migration());
    CHECK(reads_right(options));
}

TEST_SUITE_END();

}  // namespace alexander::catalog
