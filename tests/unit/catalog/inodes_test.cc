#include "catalog/inodes.h"

#include "catalog/buckets.h"
#include "catalog/contents.h"
#include "catalog/slots.h"
#include "catalog/sql/query.h"
#include "catalog/versions.h"
#include "fixture.h"

#include <doctest/doctest.h>

namespace alexander::catalog {
namespace {

Inode make_inode(Ino ino) {
    Inode inode;
    inode.ino = ino;
    inode.bucket = 2;
    inode.kind = FileKind::character_device;
    inode.mode = 04755;
    inode.uid = 4'000'000'000;
    inode.gid = 6;
    inode.rdev = 0xffff'ffff'ffff'fff1U;
    inode.nlink = 3;
    inode.parent = 8;
    inode.atime = {.seconds = 1, .nanoseconds = 2};
    inode.mtime = {.seconds = 3, .nanoseconds = 4};
    inode.ctime = {.seconds = 5, .nanoseconds = 6};
    inode.btime = {.seconds = -7, .nanoseconds = 8};
    inode.object = make_slot(1, "", 30).object;
    inode.sealed_extended = Bytes(5, std::byte{5});
    return inode;
}

std::int64_t count_holds(Snapshot& snapshot) {
    sql::Query query(snapshot.connection(), "SELECT count(*) FROM hold");
    CHECK(query.next());
    return query.integer(0);
}

}  // namespace

TEST_SUITE_BEGIN("catalog/inodes");

TEST_CASE("an inode is read back with every column, replaced and deleted") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    Inode inode = make_inode(50);
    inode.sealed_extended.reset();
    put_inode(*transaction, inode);
    CHECK_FALSE(find_inode(*transaction, 50)->sealed_extended);
    inode = make_inode(50);
    put_inode(*transaction, inode);

    const auto found = find_inode(*transaction, 50);

    REQUIRE(found);
    CHECK(found->ino == 50);
    CHECK(found->bucket == inode.bucket);
    CHECK(found->kind == inode.kind);
    CHECK(found->mode == inode.mode);
    CHECK(found->uid == inode.uid);
    CHECK(found->gid == inode.gid);
    CHECK(found->rdev == inode.rdev);
    CHECK(found->nlink == inode.nlink);
    CHECK(found->parent == inode.parent);
    CHECK(found->atime == inode.atime);
    CHECK(found->mtime == inode.mtime);
    CHECK(found->ctime == inode.ctime);
    CHECK(found->btime == inode.btime);
    CHECK(found->object.size == inode.object.size);
    CHECK(found->object.content == inode.object.content);
    CHECK(found->object.masked_etag == inode.object.masked_etag);
    CHECK(found->object.etag_parts == inode.object.etag_parts);
    CHECK(found->object.version_seq == inode.object.version_seq);
    CHECK(found->object.modified == inode.object.modified);
    CHECK(found->object.profile == inode.object.profile);
    CHECK(found->object.sealed_attributes == inode.object.sealed_attributes);
    CHECK(found->sealed_extended == inode.sealed_extended);
    delete_inode(*transaction, 50);
    CHECK_FALSE(find_inode(*transaction, 50));
}

TEST_CASE("a hold may be taken twice and is given back once") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_hold(*transaction, HoldKind::inode, 5);
    insert_hold(*transaction, HoldKind::inode, 5);
    insert_hold(*transaction, HoldKind::content, 5);
    CHECK(count_holds(*transaction) == 2);

    delete_hold(*transaction, HoldKind::inode, 5);

    CHECK(count_holds(*transaction) == 1);
}

TEST_CASE("a dead process leaves no holds, no pending pages and no inodes without names") {
    Fixture fixture;
    const auto other = fixture.open(second_process);
    const Ino nameless = 50, named = 51, versioned = 52, shared = 53, root = 54, unheld = 55;
    {
        const auto transaction = fixture.catalog->write();
        for (const Ino ino : {nameless, named, versioned, shared, root, unheld}) {
            put_inode(*transaction, make_inode(ino));
            if (ino != unheld) {
                insert_hold(*transaction, HoldKind::inode, ino);
            }
        }
        insert_hold(*transaction, HoldKind::content, unheld);
        Slot slot = make_slot(16, "a", 1);
        slot.ino = named;
        put_slot(*transaction, slot);
        Version version = make_version(1, "k", 1);
        version.ino = versioned;
        insert_version(*transaction, version);
        Bucket bucket;
        bucket.id = 1;
        bucket.root_ino = root;
        insert_bucket(*transaction, bucket);
        insert_pending_page(*transaction, 1, 1, 1);
        transaction->commit();
    }
    const auto transaction = other->write();
    insert_hold(*transaction, HoldKind::inode, shared);
    insert_pending_page(*transaction, 1, 1, 1);

    delete_process_state(*transaction, first_process);

    CHECK_FALSE(find_inode(*transaction, nameless));
    for (const Ino ino : {named, versioned, shared, root, unheld}) {
        CAPTURE(ino);
        CHECK(find_inode(*transaction, ino));
    }
    CHECK(count_holds(*transaction) == 1);
    sql::Query pages(transaction->connection(), "SELECT count(*) FROM pending_page");
    CHECK(pages.next());
    CHECK(pages.integer(0) == 1);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
