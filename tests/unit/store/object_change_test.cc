#include "catalog/inodes.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

Tags tags_of(Namespace& store, const std::optional<VersionId>& version = std::nullopt) {
    return store.objects.head("bucket", "k", version).attributes->tags;
}

const Tags one{{"a", "1"}};
const Tags two{{"a", "2"}, {"b", ""}};

TEST_CASE("tags change a version where it is: same id, ETag and time") {
    Namespace store;
    store.enable();
    const PutResult put = store.put("k", "body");

    const auto changed = store.objects.set_tags("bucket", "k", {}, one);

    const ObjectInfo after = store.objects.head("bucket", "k", {});
    CHECK(changed.versioned);
    CHECK(changed.version.to_text() == put.version.to_text());
    CHECK(after.attributes->tags == one);
    CHECK(after.etag == put.etag);
    CHECK(after.modified == put.modified);
    CHECK(store.usage().versions == 1);
    store.objects.set_tags("bucket", "k", {}, {});
    CHECK(tags_of(store).empty());
}

TEST_CASE("each version has its own tags, current or not") {
    Namespace store;
    store.enable();
    const VersionId first = store.put("k", "1").version;
    const VersionId second = store.put("k", "2").version;

    store.objects.set_tags("bucket", "k", first, one);
    store.objects.set_tags("bucket", "k", second, two);

    CHECK(tags_of(store, first) == one);
    CHECK(tags_of(store, second) == two);
    CHECK(tags_of(store) == two);
    std::ignore = store.remove("k", second);
    CHECK(tags_of(store) == one);  // exposed with its tags
}

TEST_CASE("what is older than versioning is tagged by the id null") {
    Namespace store;
    store.put("k", "old");
    store.enable();

    store.objects.set_tags("bucket", "k", VersionId::null(), one);

    CHECK(tags_of(store) == one);
    store.put("k", "new");
    CHECK(tags_of(store, VersionId::null()) == one);
    store.objects.set_tags("bucket", "k", VersionId::null(), two);
    CHECK(tags_of(store, VersionId::null()) == two);
    CHECK(tags_of(store).empty());
}

TEST_CASE("tags survive where an inode's row repeats the attributes") {
    Namespace store;
    ObjectAttributes attributes;
    attributes.user_metadata = {{"mtime", "12.5"}};  // makes an inode row
    store.put("k", "body", attributes);

    store.objects.set_tags("bucket", "k", {}, one);

    CHECK(tags_of(store) == one);
    const auto inode = catalog::find_inode(*store.engine.catalog.read(), store.slot("k")->ino);
    REQUIRE(inode.has_value());
    CHECK(inode->object.sealed_attributes == store.slot("k")->object.sealed_attributes);
}

TEST_CASE("markers, absent keys and unknown versions have no tags to change") {
    Namespace store;
    CHECK(throws_code(ErrorCode::no_such_key,
                      [&] { store.objects.set_tags("bucket", "k", {}, one); }));
    store.enable();
    const VersionId version = store.put("k", "1").version;
    const DeleteResult removed = store.remove("k");

    CHECK(throws_code(ErrorCode::method_not_allowed,
                      [&] { store.objects.set_tags("bucket", "k", {}, one); }));
    CHECK(throws_code(ErrorCode::method_not_allowed,
                      [&] { store.objects.set_tags("bucket", "k", removed.version, one); }));
    std::ignore = store.remove("k", version);
    CHECK(throws_code(ErrorCode::no_such_version,
                      [&] { store.objects.set_tags("bucket", "k", version, one); }));
}

TEST_CASE("a delete may name the size and the second of what it deletes") {
    Namespace store;
    const PutResult put = store.put("k", "body");
    const auto remove = [&](const WriteConditions& conditions) {
        std::ignore = store.objects.remove(store.who, "bucket", "k", {}, conditions);
    };
    WriteConditions size;
    size.if_match_size = 5;
    WriteConditions time;
    time.if_match_modified_s = put.modified.seconds - 1;

    CHECK(throws_code(ErrorCode::precondition_failed, [&] { remove(size); }));
    CHECK(throws_code(ErrorCode::precondition_failed, [&] { remove(time); }));
    CHECK(store.get("k") == "body");
    size.if_match_size = 4;
    size.if_match_modified_s = put.modified.seconds;
    remove(size);
    CHECK_FALSE(store.get("k").has_value());
    remove(size);  // absent: deleted already
}

}  // namespace
}  // namespace alexander
