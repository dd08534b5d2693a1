#include "catalog/change_log.h"

#include "fixture.h"

#include <doctest/doctest.h>

namespace alexander::catalog {
namespace {

/// Commits `count` changes of a bucket at once.
CommitSeq log_changes(Catalog& catalog, BucketId bucket, int count) {
    const auto transaction = catalog.write();
    for (int i = 0; i < count; ++i) {
        transaction->log_change({.commit_seq = 0,
                                 .kind = ChangeKind::slot_put,
                                 .bucket = bucket,
                                 .parent = 16,
                                 .name = std::to_string(i),
                                 .ino = i,
                                 .old_ino = 1,
                                 .version = 2,
                                 .actor = {}});
    }
    transaction->commit();
    return transaction->commit_seq();
}

}  // namespace

TEST_SUITE_BEGIN("catalog/change_log");

TEST_CASE("a change is read back with every column, its commit and its actor") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    transaction->log_change({.commit_seq = 0,
                             .kind = ChangeKind::version_changed,
                             .bucket = 3,
                             .parent = 4,
                             .name = std::string("\0\xff", 2),
                             .ino = 5,
                             .old_ino = 6,
                             .version = 7,
                             .actor = second_process});
    transaction->commit();

    const auto changes = read_changes(*fixture.catalog->read(), 0, 10);

    REQUIRE(changes.size() == 1);
    CHECK(changes[0].commit_seq == transaction->commit_seq());
    CHECK(changes[0].kind == ChangeKind::version_changed);
    CHECK(changes[0].bucket == 3);
    CHECK(changes[0].parent == 4);
    CHECK(changes[0].name == std::string("\0\xff", 2));
    CHECK(changes[0].ino == 5);
    CHECK(changes[0].old_ino == 6);
    CHECK(changes[0].version == 7);
    CHECK(changes[0].actor == first_process);
}

TEST_CASE("changes are read as whole commits, in order, one commit at least") {
    Fixture fixture;
    const CommitSeq first = log_changes(*fixture.catalog, 1, 3);
    const CommitSeq second = log_changes(*fixture.catalog, 1, 20);
    const CommitSeq third = log_changes(*fixture.catalog, 1, 2);
    const auto snapshot = fixture.catalog->read();

    CHECK(read_changes(*snapshot, 0, 1).size() == 3);
    CHECK(read_changes(*snapshot, 0, 3).size() == 3);
    CHECK(read_changes(*snapshot, 0, 4).size() == 23);
    CHECK(read_changes(*snapshot, first, 1).size() == 20);
    CHECK(read_changes(*snapshot, second, 0).size() == 2);
    CHECK(read_changes(*snapshot, third, 10).empty());
    const auto changes = read_changes(*snapshot, first, 1);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CHECK(changes[i].name == std::to_string(i));
    }
}

TEST_CASE("a bucket has changed for others than the one who changed it") {
    Fixture fixture;
    const CommitSeq seq = log_changes(*fixture.catalog, 5, 1);
    const auto snapshot = fixture.catalog->read();

    CHECK(bucket_changed(*snapshot, seq - 1, 5, nullptr));
    CHECK(bucket_changed(*snapshot, seq - 1, 5, &second_process));
    CHECK_FALSE(bucket_changed(*snapshot, seq - 1, 5, &first_process));
    CHECK_FALSE(bucket_changed(*snapshot, seq, 5, nullptr));
    CHECK_FALSE(bucket_changed(*snapshot, seq - 1, 6, nullptr));
}

TEST_CASE("trimming deletes what is at or below its commit") {
    Fixture fixture;
    const CommitSeq first = log_changes(*fixture.catalog, 1, 3);
    const CommitSeq second = log_changes(*fixture.catalog, 1, 2);
    const auto transaction = fixture.catalog->write();

    trim_changes(*transaction, first);

    const auto changes = read_changes(*transaction, 0, 10);
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].commit_seq == second);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
