#include "catalog/inodes.h"
#include "store/posix_metadata.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

TEST_CASE("what was put is what is read") {
    Namespace store;

    const PutResult put = store.put("a/b/c", "hello");

    CHECK_FALSE(put.versioned);
    CHECK(put.etag == etag_of("hello"));
    CHECK(store.get("a/b/c") == "hello");
    const ObjectInfo info = store.objects.head("bucket", "a/b/c", {});
    CHECK(info.etag.to_text() == "5d41402abc4b2a76b9719d911017c592");
    CHECK(info.size_bytes == 5);
    CHECK(info.owner == store.who.user);
    CHECK(info.modified == put.modified);
    CHECK_FALSE(info.posix);
}

TEST_CASE("an empty object has no content and reads as nothing") {
    Namespace store;

    store.put("empty", "");

    CHECK(store.get("empty") == "");
    CHECK(store.objects.head("bucket", "empty", {}).content.id == 0);
}

TEST_CASE("a key, the same with a slash and one below it are three objects") {
    Namespace store;

    store.put("a", "file");
    store.put("a/", "marker with a body");
    store.put("a/b", "below");

    CHECK(store.get("a") == "file");
    CHECK(store.get("a/") == "marker with a body");
    CHECK(store.get("a/b") == "below");
    store.remove("a/");
    CHECK_FALSE(store.get("a/"));
    CHECK(store.get("a") == "file");
    CHECK(store.get("a/b") == "below");
    store.remove("a/b");
    CHECK_FALSE(store.slot("a/"));
    CHECK(store.get("a") == "file");
}

TEST_CASE("keys that are no paths are objects like others") {
    Namespace store;
    const std::vector<std::string> keys{"/",
                                        "//",
                                        "///x",
                                        ".",
                                        "..",
                                        "./",
                                        "../..",
                                        "a//b",
                                        "a\\b",
                                        " ",
                                        "\x01",
                                        "\xff\xfe",
                                        "e\xcc\x81",
                                        "\xc3\xa9",
                                        std::string(300, 'n'),
                                        std::string(1024, '/')};

    for (const std::string& key : keys)
        store.put(key, "body of " + key);

    for (const std::string& key : keys)
        CHECK(store.get(key) == "body of " + key);
    for (const std::string& key : keys)
        store.remove(key);
    CHECK_FALSE(catalog::has_slots(*store.engine.catalog.read(), store.row().root_ino));
}

TEST_CASE("keys that S3 refuses are refused") {
    Namespace store;

    CHECK(throws_code(ErrorCode::key_too_long, [&] { store.put(std::string(1025, 'k'), ""); }));
    CHECK(throws_code(ErrorCode::invalid_argument, [&] { store.put("", ""); }));
    CHECK(throws_code(ErrorCode::invalid_argument,
                      [&] { store.put(std::string_view("a\0b", 3), ""); }));
    store.put(std::string(1024, 'k'), "fits");
    CHECK(store.get(std::string(1024, 'k')) == "fits");
}

TEST_CASE("an unknown bucket, key or version is named by its own error") {
    Namespace store;

    CHECK(throws_code(ErrorCode::no_such_bucket,
                      [&] { std::ignore = store.objects.head("nowhere", "k", {}); }));
    CHECK(throws_code(ErrorCode::no_such_key,
                      [&] { std::ignore = store.objects.head("bucket", "k", {}); }));
    CHECK(throws_code(ErrorCode::no_such_version,
                      [&] { std::ignore = store.objects.head("bucket", "k", VersionId::of(1)); }));
    CHECK_FALSE(store.objects.find("bucket", "k", {}));
}

TEST_CASE("overwriting keeps one object, in a new inode") {
    Namespace store;
    store.put("k", "first");
    const catalog::Slot before = *store.slot("k");

    store.put("k", "second!");

    const catalog::Slot after = *store.slot("k");
    CHECK(store.get("k") == "second!");
    CHECK(after.ino != before.ino);
    CHECK(after.row_id == before.row_id);
    CHECK(after.object.version_seq > before.object.version_seq);
    CHECK(store.usage().objects == 1);
    CHECK(store.usage().bytes == 7);
    CHECK(store.usage().versions == 0);
}

TEST_CASE("If-None-Match and If-Match are decided by what is current") {
    Namespace store;
    CHECK(throws_code(ErrorCode::no_such_key, [&] { store.put("k", "x", {false, "*"}); }));
    store.put("k", "first", {true, {}});

    CHECK(throws_code(ErrorCode::precondition_failed, [&] { store.put("k", "x", {true, {}}); }));
    CHECK(throws_code(ErrorCode::precondition_failed, [&] {
        store.put("k", "x", {false, etag_of("other").to_text()});
    }));
    CHECK(store.get("k") == "first");
    store.put("k", "second", {false, etag_of("first").to_text()});
    store.put("k", "third", {false, "*"});
    CHECK(store.get("k") == "third");

    const auto remove_if = [&](const char* etag) {
        std::ignore = store.objects.remove(store.who, "bucket", "k", {}, {false, etag});
    };
    CHECK(throws_code(ErrorCode::precondition_failed,
                      [&] { remove_if("00000000000000000000000000000000"); }));
    remove_if("*");
    CHECK(throws_code(ErrorCode::no_such_key, [&] { remove_if("*"); }));
}

TEST_CASE("a delete marker counts as absent for conditions") {
    Namespace store;
    store.enable();
    store.put("k", "x");
    store.remove("k");

    CHECK(throws_code(ErrorCode::no_such_key, [&] { store.put("k", "x", {false, "*"}); }));
    store.put("k", "again", {true, {}});
    CHECK(store.get("k") == "again");
}

TEST_CASE("removing the last key below removes implicit directories and nothing else") {
    Namespace store;
    store.put("a/b/c/d", "1");
    store.put("a/x", "2");
    store.make_directory("m/");
    store.put("m/n/o", "3");

    store.remove("a/b/c/d");
    store.remove("m/n/o");

    CHECK(store.slot("a/"));
    CHECK_FALSE(store.slot("a/b/"));
    CHECK(store.slot("m/"));
    CHECK_FALSE(store.slot("m/n/"));
    store.remove("a/x");
    CHECK_FALSE(store.slot("a/"));
}

TEST_CASE("removing what is not there succeeds") {
    Namespace store;

    const DeleteResult result = store.remove("never");

    CHECK_FALSE(result.version);
    CHECK_FALSE(result.is_marker);
    CHECK(store.usage().objects == 0);
}

TEST_CASE("attributes come back with HEAD") {
    Namespace store;
    ObjectAttributes attributes;
    attributes.content_type = "text/plain";
    attributes.storage_class = "STANDARD_IA";
    attributes.user_metadata = {{"colour", "blue"}};

    store.put("k", "x", attributes);

    const ObjectInfo info = store.objects.head("bucket", "k", {});
    CHECK(info.attributes->content_type == "text/plain");
    CHECK(info.attributes->user_metadata == attributes.user_metadata);
    CHECK(info.storage_class == "STANDARD_IA");
}

TEST_CASE("DeleteObjects removes in one commit and refuses what is no key") {
    Namespace store;
    store.put("a", "1");
    store.put("b/c", "2");
    const catalog::CommitSeq before = store.mounts.committed();

    const auto outcomes = store.objects.remove_many(
        store.who,
        "bucket",
        {{"a", {}}, {"", {}}, {"b/c", {}}, {"absent", {}}, {std::string(1025, 'k'), {}}});

    CHECK(store.mounts.committed() == before + 1);
    REQUIRE(outcomes.size() == 5);
    CHECK(outcomes[0].result);
    CHECK(outcomes[1].error->code() == ErrorCode::invalid_argument);
    CHECK(outcomes[2].result);
    CHECK(outcomes[3].result);
    CHECK(outcomes[4].error->code() == ErrorCode::key_too_long);
    CHECK_FALSE(catalog::has_slots(*store.engine.catalog.read(), store.row().root_ino));
}

TEST_CASE("an object beside a directory of its name is shown escaped, whichever came later") {
    Namespace store;
    store.put("a", "first");
    store.put("a/b", "2");
    store.put("c/d", "first");
    store.put("c", "2");

    CHECK_FALSE(store.slot("a")->has(catalog::SlotFlags::escaped));
    CHECK(store.slot("a/")->has(catalog::SlotFlags::escaped));
    CHECK_FALSE(store.slot("c/")->has(catalog::SlotFlags::escaped));
    CHECK(store.slot("c")->has(catalog::SlotFlags::escaped));

    // The flag stays as it is when the plain name is gone.
    store.remove("a");
    CHECK(store.slot("a/")->has(catalog::SlotFlags::escaped));
}

}  // namespace
}  // namespace alexander
