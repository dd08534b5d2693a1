#include "base/error.h"
#include "catalog/change_log.h"
#include "catalog/slots.h"
#include "catalog/sql/query.h"
#include "catalog/users.h"
#include "fixture.h"

#include <doctest/doctest.h>

#include <set>
#include <thread>

namespace alexander::catalog {
namespace {

constexpr IdKind all_kinds[] = {IdKind::chunk,
                                IdKind::page,
                                IdKind::content,
                                IdKind::pack,
                                IdKind::version,
                                IdKind::ino,
                                IdKind::slot_row,
                                IdKind::user,
                                IdKind::bucket,
                                IdKind::stream};

ErrorCode code_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("nothing was thrown");
    return ErrorCode::busy;
}

}  // namespace

TEST_SUITE_BEGIN("catalog/transactions");

TEST_CASE("a new catalog is empty, whole and needs no migration") {
    Fixture fixture;

    CHECK_FALSE(fixture.catalog->needs_migration());
    CHECK(fixture.catalog->check_integrity().empty());
    CHECK(fixture.catalog->read()->commit_seq() == 1);
}

TEST_CASE("creating a catalog where one is throws already_exists and leaves it") {
    Fixture fixture;
    const CommitSeq seq = commit_slot(*fixture.catalog, 16, "a");

    CHECK(code_of([&] { Catalog::create(fixture.options(), test_uuid); }) ==
          ErrorCode::already_exists);
    CHECK(fixture.catalog->read()->commit_seq() == seq);
}

TEST_CASE("opening a folder without a catalog throws not_a_store") {
    const ScratchFolder folder;
    const CatalogOptions options{.path = folder.path("none.db"), .vfs = {}, .process = {}};

    CHECK(code_of([&] { std::ignore = Catalog::open(options); }) == ErrorCode::not_a_store);
    CHECK_FALSE(std::filesystem::exists(options.path));
}

TEST_CASE("an empty file is not a store") {
    const ScratchFolder folder;
    const CatalogOptions options{.path = folder.path("empty.db"), .vfs = {}, .process = {}};
    std::fclose(std::fopen(options.path.c_str(), "we"));

    CHECK(code_of([&] { std::ignore = Catalog::open(options); }) == ErrorCode::not_a_store);
}

TEST_CASE("a file that is no database throws corrupt") {
    const ScratchFolder folder;
    const CatalogOptions options{.path = folder.path("text.db"), .vfs = {}, .process = {}};
    std::FILE* file = std::fopen(options.path.c_str(), "we");
    std::fputs(std::string(5'000, 'x').c_str(), file);
    std::fclose(file);

    CHECK(code_of([&] { std::ignore = Catalog::open(options); }) == ErrorCode::corrupt);
}

TEST_CASE("commit numbers rise by one over all processes") {
    Fixture fixture;
    const auto other = fixture.open(second_process);
    const CommitSeq start = fixture.catalog->read()->commit_seq();

    CHECK(commit_slot(*fixture.catalog, 16, "a") == start + 1);
    CHECK(commit_slot(*other, 16, "b") == start + 2);
    CHECK(commit_slot(*fixture.catalog, 16, "c") == start + 3);
    CHECK(other->read()->commit_seq() == start + 3);
}

TEST_CASE("a transaction without changes takes its number all the same") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();

    transaction->commit();

    CHECK(fixture.catalog->read()->commit_seq() == transaction->commit_seq());
}

TEST_CASE("a rollback leaves nothing but ids that are passed over") {
    Fixture fixture;
    const CommitSeq before = fixture.catalog->read()->commit_seq();
    std::int64_t lost = 0;
    {
        const auto transaction = fixture.catalog->write();
        lost = transaction->next_id(IdKind::slot_row);
        put_slot(*transaction, make_slot(16, "gone", lost));
        transaction->log_change({.kind = ChangeKind::slot_put, .name = "gone"});
    }
    const auto snapshot = fixture.catalog->read();

    CHECK(snapshot->commit_seq() == before);
    CHECK_FALSE(find_slot(*snapshot, 16, "gone"));
    CHECK(read_changes(*snapshot, 0, 10).empty());
    const auto other = fixture.open(second_process);
    CHECK(other->write()->next_id(IdKind::slot_row) > lost);
}

TEST_CASE("ids are never handed out twice: over rollbacks, processes and reopening") {
    Fixture fixture;
    auto other = fixture.open(second_process);
    std::array<std::set<std::int64_t>, id_kind_count> seen;
    for (int round = 0; round < 12; ++round) {
        Catalog& catalog = round % 2 == 0 ? *fixture.catalog : *other;
        {
            const auto transaction = catalog.write();
            for (const IdKind kind : all_kinds) {
                for (int i = 0; i < 70; ++i) {
                    CHECK(seen[static_cast<std::size_t>(kind)]
                              .insert(transaction->next_id(kind))
                              .second);
                }
                const std::int64_t first = catalog.reserve_ids(*transaction, kind, 5);
                for (int i = 0; i < 5; ++i) {
                    CHECK(seen[static_cast<std::size_t>(kind)].insert(first + i).second);
                }
            }
            if (round % 3 != 2) {
                transaction->commit();
            }
        }
        if (round == 5) {
            fixture.catalog.reset();
            fixture.catalog = fixture.open(first_process);
        }
    }
}

TEST_CASE("version numbers rise in commit order over processes") {
    Fixture fixture;
    const auto other = fixture.open(second_process);
    std::int64_t last = 0;
    for (int round = 0; round < 6; ++round) {
        const auto transaction = (round % 2 == 0 ? *fixture.catalog : *other).write();
        const std::int64_t seq = transaction->next_id(IdKind::version);
        CHECK(seq > last);
        last = transaction->next_id(IdKind::version);
        CHECK(last > seq);
        transaction->commit();
    }
}

TEST_CASE("a snapshot keeps its moment while others commit") {
    Fixture fixture;
    commit_slot(*fixture.catalog, 16, "a");
    const auto old = fixture.catalog->read();
    const CommitSeq later = commit_slot(*fixture.catalog, 16, "b");

    CHECK_FALSE(find_slot(*old, 16, "b"));
    CHECK(old->commit_seq() < later);
    CHECK(find_slot(*fixture.catalog->read(), 16, "b"));
}

TEST_CASE("readers see whole commits while a writer commits") {
    Fixture fixture;
    std::atomic<bool> is_done{false};
    std::atomic<int> torn{0};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!is_done) {
                const auto snapshot = fixture.catalog->read();
                const std::size_t left =
                    scan_slots(*snapshot, 20, "", "", 1'000, Attributes::no).size();
                const std::size_t right =
                    scan_slots(*snapshot, 21, "", "", 1'000, Attributes::no).size();
                torn += left != right;
            }
        });
    }
    for (int i = 0; i < 100; ++i) {
        const auto transaction = fixture.catalog->write();
        put_slot(*transaction, make_slot(20, std::to_string(i), i));
        put_slot(*transaction, make_slot(21, std::to_string(i), i));
        transaction->commit();
    }
    is_done = true;
    readers.clear();

    CHECK(torn == 0);
}

TEST_CASE("a catalog of a newer program is refused at open, in reads and in writes") {
    Fixture fixture;
    {
        const auto transaction = fixture.catalog->write();
        sql::execute(transaction->connection(), "UPDATE store_state SET schema_version = 99");
        transaction->commit();
    }

    CHECK(code_of([&] { std::ignore = fixture.open(second_process); }) == ErrorCode::newer_format);
    CHECK(code_of([&] { std::ignore = fixture.catalog->read(); }) == ErrorCode::newer_format);
    CHECK(code_of([&] { std::ignore = fixture.catalog->write(); }) == ErrorCode::newer_format);
    CHECK(code_of([&] { fixture.catalog->migrate(); }) == ErrorCode::newer_format);
}

TEST_CASE("a catalog that misses migrations can be read but not written") {
    Fixture fixture;
    {
        const auto transaction = fixture.catalog->write();
        sql::execute(transaction->connection(), "UPDATE store_state SET schema_version = 0");
        transaction->commit();
    }

    CHECK(fixture.catalog->needs_migration());
    CHECK(fixture.catalog->read()->commit_seq() > 1);
    CHECK(code_of([&] { std::ignore = fixture.catalog->write(); }) == ErrorCode::read_only);
}

TEST_CASE("a full disk is no_space, and the rest of the batch does not commit by itself") {
    Fixture fixture;
    {
        const auto transaction = fixture.catalog->write();
        // The limit stays with the writing connection.
        sql::Query limit(transaction->connection(), "PRAGMA max_page_count = 1");
        CHECK(limit.next());
    }
    {
        const auto transaction = fixture.catalog->write();
        CHECK(code_of([&] {
                  for (int i = 0; i < 10'000; ++i) {
                      put_slot(*transaction, make_slot(16, std::to_string(i), i));
                  }
              }) == ErrorCode::no_space);
        CHECK_THROWS_AS(
            [&] {
                put_slot(*transaction, make_slot(16, "after", 1));
                transaction->commit();
            }(),
            Error);
    }

    CHECK_FALSE(has_slots(*fixture.catalog->read(), 16));
}

TEST_CASE("rows_written stands still while nothing is written") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    const std::int64_t before = transaction->rows_written();

    CHECK_FALSE(find_slot(*transaction, 16, "a"));
    CHECK(transaction->rows_written() == before);
    put_slot(*transaction, make_slot(16, "a", 1));
    const std::int64_t after_slot = transaction->rows_written();
    CHECK(after_slot > before);
    transaction->log_change({});
    CHECK(transaction->rows_written() > after_slot);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
