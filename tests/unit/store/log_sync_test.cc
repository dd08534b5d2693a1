#include "store/log_sync.h"

#include "tests/unit/store/committer_fixture.h"

#include <doctest/doctest.h>

using namespace alexander;

TEST_CASE("one sync serves the commits of every process") {
    StoreFolder folder;
    StoreProcess one(folder);
    StoreProcess two(folder);
    one.committer->commit(insert_user("one"));
    const catalog::CommitSeq seq = two.committer->commit(insert_user("two"));
    const int syncs = one.catalog->syncs + two.catalog->syncs;

    one.log_sync->sync_through(seq);

    CHECK(one.catalog->syncs + two.catalog->syncs == syncs);
    CHECK(one.has_user("two"));
    CHECK(two.has_user("one"));
}

TEST_CASE("after a failed sync nothing is acknowledged until the log is repaired") {
    StoreFolder folder;
    StoreProcess process(folder);
    process.catalog->failing_syncs = 1;

    process.committer->commit(insert_user("a"));

    CHECK(process.catalog->repairs == 2);  // the first at the start
    CHECK(process.page.words().catalog_suspect.load() == 0);
    CHECK(process.has_user("a"));
}

TEST_CASE("a log that cannot be repaired makes the process read-only, with the reason") {
    StoreFolder folder;
    StoreProcess process(folder);
    process.catalog->failing_syncs = 1;
    process.catalog->repairs_fail = true;

    CHECK(failure_of(process.committer->submit({{}, insert_user("a"), {}})) ==
          ErrorCode::read_only);

    CHECK(process.committer->poisoned());
    CHECK(process.page.words().catalog_suspect.load() == 1);
    CHECK(process.log_sync->fault().find("damaged, says the test") != std::string::npos);
    CHECK(failure_of(process.committer->submit({{}, insert_user("b"), {}})) ==
          ErrorCode::read_only);
}

TEST_CASE("another process repairs before it commits") {
    StoreFolder folder;
    StoreProcess one(folder);
    StoreProcess two(folder);
    one.catalog->failing_syncs = 1;
    one.catalog->repairs_fail = true;
    CHECK(failure_of(one.committer->submit({{}, insert_user("a"), {}})) == ErrorCode::read_only);

    two.committer->commit(insert_user("b"));

    CHECK(two.catalog->repairs == 1);
    CHECK(two.page.words().catalog_suspect.load() == 0);
}

TEST_CASE("a process that died in its sync leaves the log suspect") {
    StoreFolder folder;
    StoreProcess process(folder);
    process.committer->commit(insert_user("a"));
    process.page.words().syncing.store(process.page.words().synced.load() + 1);

    process.committer->commit(insert_user("b"));

    CHECK(process.catalog->repairs == 2);
    CHECK(process.page.words().catalog_suspect.load() == 0);
    CHECK(process.page.words().syncing.load() == process.page.words().synced.load());
}

TEST_CASE("a commit that its process did not announce is announced by the next") {
    StoreFolder folder;
    StoreProcess process(folder);
    {
        const auto catalog_lock = process.locks.lock_catalog();
        const auto transaction = process.catalog->write();
        catalog::User user;
        user.id = transaction->next_id(catalog::IdKind::user);
        user.name = "lost";
        catalog::insert_user(*transaction, user);
        transaction->commit();
    }
    const std::uint64_t announced = process.page.words().committed.load();

    const catalog::CommitSeq seq = process.committer->commit(insert_user("next"));

    CHECK(seq == static_cast<catalog::CommitSeq>(announced) + 2);
    CHECK(process.page.words().committed.load() == announced + 2);
    CHECK(process.page.words().synced.load() == announced + 2);
}
