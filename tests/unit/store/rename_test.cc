#include "catalog/inodes.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

struct Renames : Namespace {
    Objects::RenameRequest request(std::string source, std::string key) {
        Objects::RenameRequest made;
        made.bucket = "bucket";
        made.source = made.said_source = std::move(source);
        made.key = std::move(key);
        return made;
    }

    RenameOutcome rename(const Objects::RenameRequest& request) {
        return objects.rename(who, request).outcome;
    }

    RenameOutcome rename(const char* source, const char* key) {
        return rename(request(source, key));
    }
};

using enum RenameOutcome;

TEST_SUITE_BEGIN("store/object_rename");

TEST_CASE("a renamed object is at its new key alone, with all it had") {
    Renames store;
    ObjectAttributes attributes;
    attributes.content_type = "text/x";
    attributes.tags = {{"a", "b"}};
    store.put("d/a", "body", attributes);
    const ObjectInfo before = store.objects.head("bucket", "d/a", {});
    store.store.clock.advance_wall(std::chrono::hours(1));

    CHECK(store.rename("d/a", "e/f/b") == renamed);

    CHECK(store.keys() == std::vector<std::string>{"e/f/b"});
    CHECK(store.get("e/f/b") == "body");
    const ObjectInfo after = store.objects.head("bucket", "e/f/b", {});
    CHECK(after.etag == before.etag);
    CHECK(after.modified == before.modified);
    CHECK(after.attributes->content_type == "text/x");
    CHECK(after.attributes->tags == attributes.tags);
    CHECK(after.content.id == before.content.id);
    CHECK(store.usage().objects == 1);
    CHECK(store.usage().bytes == 4);
    CHECK_FALSE(store.slot("d/").has_value());
}

TEST_CASE("what was at the destination is replaced") {
    Renames store;
    store.put("a", "source");
    store.put("b", "in the way");

    CHECK(store.rename("a", "b") == renamed);

    CHECK(store.get("b") == "source");
    CHECK(store.keys() == std::vector<std::string>{"b"});
    CHECK(store.usage().objects == 1);
    CHECK(store.usage().bytes == 6);
}

TEST_CASE("the POSIX identity moves along") {
    Renames store;
    store.put("a", "1");
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const catalog::Slot slot = *store.slot("a");
        catalog::Inode inode;
        inode.ino = slot.ino;
        inode.bucket = bucket.id;
        inode.mode = 0600;
        inode.uid = 7;
        inode.object = slot.object;
        catalog::put_inode(scope.rows(), inode);
    });
    const catalog::Ino former = store.slot("a")->ino;

    store.rename("a", "b");

    const auto inode = catalog::find_inode(*store.store.rows->read(), store.slot("b")->ino);
    REQUIRE(inode.has_value());
    CHECK(inode->mode == 0600);
    CHECK(inode->uid == 7);
    CHECK_FALSE(catalog::find_inode(*store.store.rows->read(), former).has_value());
}

TEST_CASE("with versions it is a new version there and a delete marker here") {
    Renames store;
    store.enable();
    const VersionId source = store.put("a", "1").version;
    const VersionId replaced = store.put("b", "2").version;

    const RenameResult result = store.objects.rename(store.who, store.request("a", "b"));

    CHECK(result.put.versioned);
    CHECK(store.get("b", result.put.version) == "1");
    CHECK(store.get("b", replaced) == "2");
    CHECK(store.get("a", source) == "1");
    CHECK_FALSE(store.get("a").has_value());
    CHECK(store.objects.find("bucket", "a", {})->is_marker);
    CHECK(store.usage().objects == 1);
    CHECK(store.usage().versions == 4);
    CHECK(store.usage().bytes == 3);
    store.remove("a", store.objects.find("bucket", "a", {})->version);
    CHECK(store.get("a") == "1");
    CHECK(store.get("b") == "1");
}

TEST_CASE("a suspended bucket replaces the null version and keeps the others") {
    Renames store;
    store.enable();
    const VersionId kept = store.put("b", "kept").version;
    store.suspend();
    store.put("a", "1");
    store.put("b", "gone");

    CHECK(store.rename("a", "b") == renamed);

    CHECK(store.get("b", VersionId::null()) == "1");
    CHECK(store.get("b", kept) == "kept");
    CHECK_FALSE(store.get("a", VersionId::null()).has_value());
}

TEST_CASE("locked versions stay where they are, and the new one has the bucket's default") {
    Renames store;
    store.enable();
    store.buckets.set_object_lock("bucket", {RetentionMode::governance, 1, 0});
    const VersionId source = store.put("a", "1").version;
    const VersionId replaced = store.put("b", "2").version;
    store.objects.set_legal_hold("bucket", "a", source, true);

    const RenameResult result = store.objects.rename(store.who, store.request("a", "b"));

    for (const auto& [key, version] :
         {std::pair{"a", source}, {"b", replaced}, {"b", result.put.version}}) {
        CAPTURE(key);
        CHECK(throws_code(ErrorCode::access_denied, [&] {
            std::ignore = store.objects.remove(store.who, "bucket", key, version, {});
        }));
    }
    CHECK_FALSE(store.objects.head("bucket", "b", result.put.version).lock.legal_hold);
}

TEST_CASE("a rename of what is not there changes nothing") {
    Renames store;
    store.put("b", "2");
    store.make_directory("d/");

    for (const char* source : {"a", "d"})
        CHECK(throws_code(ErrorCode::no_such_key, [&] { store.rename(source, "b"); }));
    for (const auto& [source, key] : {std::pair{"b", "b"}, {"b", "c/"}, {"d/", "c"}})
        CHECK(throws_code(ErrorCode::invalid_argument, [&] { store.rename(source, key); }));
    CHECK(store.get("b") == "2");
}

TEST_CASE("conditions are of the source or the destination") {
    Renames store;
    const std::string etag = store.put("a", "1").etag.to_text();
    const std::string other = store.put("b", "2").etag.to_text();
    const std::int64_t now = store.objects.head("bucket", "a", {}).modified.seconds;
    using Conditions = ObjectConditions;
    const auto outcome = [&](const Conditions& source, const Conditions& destination) {
        Objects::RenameRequest request = store.request("a", "b");
        request.source_conditions = source;
        request.conditions = destination;
        return store.rename(request);
    };

    CHECK(outcome({other, {}, {}, {}}, {}) == source_differs);
    CHECK(outcome({{}, etag, {}, {}}, {}) == source_differs);
    CHECK(outcome({{}, "*", {}, {}}, {}) == source_differs);
    CHECK(outcome({{}, {}, now, {}}, {}) == source_differs);
    CHECK(outcome({{}, {}, {}, now - 1}, {}) == source_differs);
    CHECK(outcome({}, {{}, "*", {}, {}}) == destination_exists);
    CHECK(outcome({}, {{}, other, {}, {}}) == destination_exists);
    CHECK(outcome({}, {etag, {}, {}, {}}) == destination_differs);
    CHECK(outcome({}, {{}, {}, now, {}}) == destination_differs);
    CHECK(outcome({}, {{}, {}, {}, now - 1}) == destination_differs);
    CHECK(store.get("a") == "1");
    CHECK(store.get("b") == "2");
    CHECK(outcome({etag, other, {}, now - 1}, {other, {}, now - 1, {}}) == renamed);
    CHECK(store.get("b") == "1");
}

TEST_CASE("a destination that must be there or be absent") {
    Renames store;
    store.put("a", "1");
    Objects::RenameRequest request = store.request("a", "b");
    request.conditions.if_match = "*";
    CHECK(store.rename(request) == destination_differs);
    request.conditions = {};
    request.conditions.modified_since_s = 1;
    CHECK(store.rename(request) == destination_differs);
    request.conditions = {};
    request.conditions.if_none_match = "*";
    request.conditions.unmodified_since_s = 1;
    CHECK(store.rename(request) == renamed);
}

TEST_CASE("a token makes the same request happen once, and no other") {
    Renames store;
    store.put("a", "1");
    Objects::RenameRequest request = store.request("a", "b");
    request.token = "token";

    CHECK_FALSE(store.objects.find_renamed(store.who, request).has_value());
    CHECK(store.rename(request) == renamed);
    store.put("a", "2");
    CHECK(store.rename(request) == repeated);
    CHECK(store.objects.find_renamed(store.who, request) == repeated);
    CHECK(store.get("a") == "2");
    CHECK(store.get("b") == "1");

    Objects::RenameRequest other = request;
    other.key = "c";
    CHECK(store.rename(other) == token_reused);
    other = request;
    other.source_conditions.if_match = "*";
    CHECK(store.rename(other) == token_reused);
    Identity stranger = store.who;
    stranger.user += 1;
    CHECK(store.objects.rename(stranger, request).outcome == renamed);
}

TEST_CASE("a token is of no use to a failed request and is forgotten in time") {
    Renames store;
    Objects::RenameRequest request = store.request("a", "b");
    request.token = "token";
    CHECK(throws_code(ErrorCode::no_such_key, [&] { store.rename(request); }));
    store.put("a", "1");
    CHECK(store.rename(request) == renamed);

    store.store.clock.advance_wall(std::chrono::hours(2));
    store.put("a", "2");
    CHECK(store.rename(request) == renamed);
    CHECK(store.get("b") == "2");
}

TEST_CASE("a rename fits into a full bucket unless versions grow it") {
    Renames store;
    store.put("a", "1234");
    store.buckets.set_quota("bucket", 4, 1);
    CHECK(store.rename("a", "b") == renamed);
    store.enable();
    CHECK(throws_code(ErrorCode::quota_exceeded, [&] { store.rename("b", "c"); }));
    CHECK(store.get("b") == "1234");
}

TEST_CASE("of two names of one file the renamed one is a file of its own") {
    Renames store;
    store.put("a", "1");
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        catalog::Slot slot = *store.slot("a");
        slot.flags |= catalog::SlotFlags::hard_links;
        catalog::put_slot(scope.rows(), slot);
        catalog::Inode inode;
        inode.ino = slot.ino;
        inode.bucket = bucket.id;
        inode.mode = 0644;
        inode.nlink = 2;
        inode.object = slot.object;
        catalog::put_inode(scope.rows(), inode);
        slot.name = "link";
        slot.row_id = scope.rows().next_id(catalog::IdKind::slot_row);
        catalog::put_slot(scope.rows(), slot);
        catalog::Usage usage;
        usage.objects = 1;
        usage.bytes = 1;
        catalog::add_usage(scope.rows(), bucket.id, usage);
    });
    const catalog::Ino shared = store.slot("link")->ino;

    CHECK(store.rename("a", "link") == renamed);

    CHECK(store.keys() == std::vector<std::string>{"link"});
    CHECK(store.get("link") == "1");
    CHECK(store.usage().objects == 1);
    CHECK(store.usage().bytes == 1);
    CHECK_FALSE(catalog::find_inode(*store.store.rows->read(), shared).has_value());
}

TEST_SUITE_END();

}  // namespace
}  // namespace alexander
