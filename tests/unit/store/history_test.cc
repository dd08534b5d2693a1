// What the mount relies on; S3's side is in versions_test.cc.
#include "catalog/change_log.h"
#include "catalog/inodes.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

HistoryContext context(Namespace& store, CommitScope& scope, const catalog::Bucket& bucket) {
    return {scope, store.engine.keyring, bucket, catalog::Origin::mount};
}

std::optional<catalog::Version> row_of(Namespace& store, std::string_view key) {
    return catalog::newest_version(*store.engine.catalog.read(), store.row().id, key);
}

TEST_CASE("an ETag is masked under its version and comes back") {
    Namespace store;
    store.put("a", "same");
    store.put("b", "same");

    const catalog::ObjectState a = store.slot("a")->object;
    const catalog::ObjectState b = store.slot("b")->object;

    CHECK(a.masked_etag != etag_of("same").digest);
    CHECK(a.masked_etag != b.masked_etag);
    CHECK(reveal_etag(store.engine.keyring, a) == etag_of("same"));
    CHECK(reveal_etag(store.engine.keyring, b) == etag_of("same"));
}

TEST_CASE("a version changed in place keeps its number and its one row") {
    Namespace store;
    store.enable();
    store.put("k", "1");
    const catalog::VersionSeq seq = store.slot("k")->object.version_seq;

    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const catalog::Slot before = *resolve_key(scope.rows(), bucket, "k").slot;
        catalog::Slot after = before;
        after.object.size = 100;
        put_named_slot(context(store, scope, bucket), {after, "k"}, before);
    });

    CHECK(row_of(store, "k")->object.version_seq == seq);
    CHECK(row_of(store, "k")->object.size == 100);
    CHECK(reveal_etag(store.engine.keyring, row_of(store, "k")->object) == etag_of("1"));
    CHECK(store.usage().versions == 1);
    CHECK(store.usage().bytes == 100);
}

TEST_CASE("a file renamed by the mount leaves a marker and is a new version at its target") {
    Namespace store;
    store.put("from", "x");
    store.enable();

    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const HistoryContext history = context(store, scope, bucket);
        const catalog::Slot from = *resolve_key(scope.rows(), bucket, "from").slot;
        catalog::Slot to = from;
        to.name = "to";
        to.row_id = 0;
        const Etag etag = reveal_etag(store.engine.keyring, from.object);
        to.object = make_state(history, 1, etag, from.object.content, from.object.owner);
        put_named_slot(history, {to, "to"}, {});
        CHECK(remove_named_slot(history, {from, "from"})->is_marker);
    });

    CHECK(store.get("to") == "x");
    CHECK_FALSE(store.get("from"));
    CHECK(store.get("from", VersionId::null()) == "x");
    CHECK(store.usage().objects == 1);
    CHECK(store.usage().versions == 3);
    CHECK(store.usage().bytes == 2);
}

TEST_CASE("directories leave no history and count as no object") {
    Namespace store;
    store.enable();
    store.make_directory("d/");
    const catalog::Slot directory = *store.slot("d/");

    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        CHECK_FALSE(remove_named_slot(context(store, scope, bucket), {directory, "d/"}));
    });

    CHECK_FALSE(catalog::has_versions(*store.engine.catalog.read(), store.row().id));
    CHECK(store.usage().objects == 0);
    CHECK(directory.row_id != 0);
}

TEST_CASE("rmdir of a directory that is a `d/` object too keeps the object's history") {
    Namespace store;
    store.enable();
    const VersionId id = store.put("d/", "body").version;

    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const catalog::Slot slot = *resolve_key(scope.rows(), bucket, "d/").slot;
        CHECK(remove_named_slot(context(store, scope, bucket), {slot, "d/"}));
    });

    CHECK_FALSE(store.slot("d/"));
    CHECK(store.get("d/", id) == "body");
}

TEST_CASE("mkdir over a `d/` object changes no version") {
    Namespace store;
    store.enable();
    store.put("d/", "body");

    store.make_directory("d/");

    CHECK(store.slot("d/")->has(catalog::SlotFlags::explicit_directory));
    CHECK(store.get("d/") == "body");
    CHECK(store.usage().versions == 1);
    CHECK(store.usage().objects == 1);
}

/// A second name for the file, as the mount's link makes it.
void link(Namespace& store, std::string_view from, std::string_view to) {
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const HistoryContext history = context(store, scope, bucket);
        catalog::Slot slot = *resolve_key(scope.rows(), bucket, from).slot;
        const catalog::Slot before = slot;
        catalog::Inode inode;
        inode.ino = slot.ino;
        inode.bucket = bucket.id;
        inode.mode = 0600;
        inode.nlink = 2;
        inode.object = slot.object;
        catalog::put_inode(scope.rows(), inode);
        slot.flags |= catalog::SlotFlags::hard_links;
        put_named_slot(history, {slot, std::string(from)}, before);
        slot.name = to;
        slot.row_id = 0;
        const Etag etag = reveal_etag(store.engine.keyring, before.object);
        slot.object = make_state(history,
                                 static_cast<std::uint64_t>(before.object.size),
                                 etag,
                                 before.object.content,
                                 before.object.owner);
        put_named_slot(history, {slot, std::string(to)}, {});
    });
}

TEST_CASE("hard links are independent objects to S3, and a PUT breaks one off") {
    Namespace store;
    store.put("a", "body");
    link(store, "a", "b");

    CHECK(store.get("b") == "body");
    CHECK(store.objects.head("bucket", "b", {}).etag == etag_of("body"));
    CHECK(store.objects.list({"bucket", {}, {}, {}, 10}).objects[1].size_bytes == 4);
    const catalog::Ino ino = store.slot("a")->ino;

    store.put("b", "other");

    CHECK(store.get("a") == "body");
    CHECK(store.get("b") == "other");
    CHECK(store.slot("a")->ino == ino);
    CHECK(store.slot("b")->ino != ino);
    CHECK_FALSE(store.slot("b")->has(catalog::SlotFlags::hard_links));
    CHECK(catalog::find_inode(*store.engine.catalog.read(), ino)->nlink == 1);
    store.remove("a");
    CHECK_FALSE(catalog::find_inode(*store.engine.catalog.read(), ino));
    CHECK(store.usage().bytes == 5);
}

TEST_CASE("each hard link has its own history") {
    Namespace store;
    store.put("a", "body");
    store.enable();
    link(store, "a", "b");

    const VersionId of_b = store.objects.head("bucket", "b", {}).version;
    CHECK(store.objects.head("bucket", "a", {}).version.is_null());
    CHECK_FALSE(of_b.is_null());
    CHECK(store.get("b", of_b) == "body");
    store.put("a", "new");
    CHECK(store.get("a", VersionId::null()) == "body");
    CHECK(store.get("b") == "body");
    store.remove("b");
    CHECK(store.get("b", of_b) == "body");
    CHECK(reveal_etag(store.engine.keyring,
                      catalog::find_null_version(*store.engine.catalog.read(), store.row().id, "a")
                          ->object) == etag_of("body"));
}

TEST_CASE("every name and version that changes is in the change log") {
    Namespace store;
    store.enable();
    store.put("k", "1");
    const catalog::Slot before = *store.slot("k");
    const catalog::CommitSeq start = store.mounts.committed();

    store.put("k", "2");
    store.remove("k");

    std::vector<catalog::Change> puts, removals, versions;
    for (const catalog::Change& change :
         catalog::read_changes(*store.engine.catalog.read(), start, 100)) {
        if (change.kind == catalog::ChangeKind::slot_put)
            puts.push_back(change);
        else if (change.kind == catalog::ChangeKind::slot_removed)
            removals.push_back(change);
        else if (change.kind == catalog::ChangeKind::version_changed)
            versions.push_back(change);
    }
    REQUIRE(puts.size() == 1);
    CHECK(puts[0].name == "k");
    CHECK(puts[0].old_ino == before.ino);
    CHECK(puts[0].ino != before.ino);
    REQUIRE(removals.size() == 1);
    CHECK(removals[0].ino == puts[0].ino);
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].name == "k");
    CHECK(versions[1].version > versions[0].version);
}

}  // namespace
}  // namespace alexander
