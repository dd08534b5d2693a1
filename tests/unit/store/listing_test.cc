#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

using Lines = std::vector<std::string>;

ListRequest request_of(std::string prefix,
                       std::string delimiter,
                       std::string start_after = "",
                       std::size_t max_entries = 1000) {
    return {"bucket", std::move(prefix), std::move(delimiter), std::move(start_after), max_entries};
}

void set_markers(Namespace& store, catalog::DirectoryMarkers markers) {
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        catalog::Bucket changed = bucket;
        changed.directory_markers = markers;
        catalog::update_bucket(scope.rows(), changed);
    });
}

TEST_CASE("keys are listed in byte order of the whole key") {
    Namespace store;
    for (const char* key : {"foo/bar", "foo+1/bar", "foo", "foo0", "Foo", "\xc3\xa9", "foo/"})
        store.put(key, "x");

    CHECK(store.keys() == Lines{"Foo", "foo", "foo+1/bar", "foo/", "foo/bar", "foo0", "\xc3\xa9"});
    CHECK(store.list(request_of("", "/")) ==
          Lines{"Foo", "foo", "foo0", "\xc3\xa9", "foo+1/ (prefix)", "foo/ (prefix)"});
}

TEST_CASE("keys and common prefixes are interleaved and counted together") {
    Namespace store;
    for (const char* key : {"a/1", "a/2", "b", "c/1", "d"})
        store.put(key, "x");

    ListResult page = store.objects.list(request_of("", "/", "", 2));
    CHECK(page.common_prefixes == Lines{"a/"});
    REQUIRE(page.objects.size() == 1);
    CHECK(page.objects[0].key == "b");
    CHECK(page.is_truncated);
    CHECK(page.next_after == "b");

    page = store.objects.list(request_of("", "/", "b", 1));
    CHECK(page.common_prefixes == Lines{"c/"});
    CHECK(page.next_after == "c/");
    page = store.objects.list(request_of("", "/", "c/", 1));
    CHECK(page.objects[0].key == "d");
    CHECK_FALSE(page.is_truncated);
    CHECK(page.next_after.empty());
}

TEST_CASE("a page that ends with the last key is not truncated") {
    Namespace store;
    store.put("a", "x");
    store.put("b/c", "x");

    CHECK_FALSE(store.objects.list(request_of("", "", "", 2)).is_truncated);
    CHECK_FALSE(store.objects.list(request_of("", "/", "", 2)).is_truncated);
    CHECK(store.objects.list(request_of("", "", "", 1)).is_truncated);
    const ListResult none = store.objects.list(request_of("", "", "", 0));
    CHECK(none.objects.empty());
    CHECK_FALSE(none.is_truncated);
}

TEST_CASE("a page goes on after a key that is gone or never was") {
    Namespace store;
    for (const char* key : {"a/x", "b/y", "b/z", "c"})
        store.put(key, "x");
    store.remove("b/y");

    CHECK(store.list(request_of("", "", "b/y")) == Lines{"b/z", "c"});
    CHECK(store.list(request_of("", "", "b")) == Lines{"b/z", "c"});
    CHECK(store.list(request_of("", "", "b/")) == Lines{"b/z", "c"});
    CHECK(store.list(request_of("", "", "nothing")).empty());
    CHECK(store.list(request_of("b", "", "a/zzz")) == Lines{"b/z"});
    CHECK(store.list(request_of("b", "", "c")).empty());
}

TEST_CASE("a prefix may end anywhere") {
    Namespace store;
    for (const char* key : {"d/", "d/e", "d/f/g", "de", "d"})
        store.put(key, "x");

    CHECK(store.list(request_of("d", "")) == Lines{"d", "d/", "d/e", "d/f/g", "de"});
    CHECK(store.list(request_of("d/", "")) == Lines{"d/", "d/e", "d/f/g"});
    CHECK(store.list(request_of("d/", "/")) == Lines{"d/", "d/e", "d/f/ (prefix)"});
    CHECK(store.list(request_of("d", "/")) == Lines{"d", "de", "d/ (prefix)"});
    CHECK(store.list(request_of("d/f", "/")) == Lines{"d/f/ (prefix)"});
    CHECK(store.list(request_of("d/x/y", "")).empty());
    CHECK(store.list(request_of("\xff", "")).empty());
}

TEST_CASE("any text may be the delimiter") {
    Namespace store;
    for (const char* key : {"b/ar", "b/az", "cab", "foo", "xyyz/1", "xyyz/2"})
        store.put(key, "x");

    CHECK(store.list(request_of("", "a")) ==
          Lines{"foo", "xyyz/1", "xyyz/2", "b/a (prefix)", "ca (prefix)"});
    CHECK(store.list(request_of("", "yy")) == Lines{"b/ar", "b/az", "cab", "foo", "xyy (prefix)"});
    CHECK(store.list(request_of("", "z/")) ==
          Lines{"b/ar", "b/az", "cab", "foo", "xyyz/ (prefix)"});
    CHECK(store.list(request_of("b/a", "a")) == Lines{"b/ar", "b/az"});
}

TEST_CASE("a listing with a delimiter never walks into what it rolls up") {
    Namespace store;
    for (int directory = 0; directory < 20; ++directory) {
        for (int file = 0; file < 20; ++file)
            store.put("d" + std::to_string(directory) + "/" + std::to_string(file), "");
    }

    const ListResult result = store.objects.list(request_of("", "/"));

    CHECK(result.common_prefixes.size() == 20);
    CHECK(result.objects.empty());
}

TEST_CASE("an empty directory of mkdir is listed as the bucket says") {
    Namespace store;
    store.make_directory("empty/");
    store.make_directory("full/");
    store.put("full/x", "x");

    CHECK(store.keys() == Lines{"empty/", "full/x"});
    CHECK(store.list(request_of("", "/")) == Lines{"empty/ (prefix)", "full/ (prefix)"});
    CHECK(store.list(request_of("empty/", "/")) == Lines{"empty/"});
    set_markers(store, catalog::DirectoryMarkers::always);
    CHECK(store.keys() == Lines{"empty/", "full/", "full/x"});
    CHECK(store.list(request_of("full/", "/")) == Lines{"full/", "full/x"});
    set_markers(store, catalog::DirectoryMarkers::never);
    CHECK(store.keys() == Lines{"full/x"});
    CHECK(store.list(request_of("", "/")) == Lines{"full/ (prefix)"});
}

TEST_CASE("an empty directory reads as an object of no bytes and is removed as one") {
    Namespace store;
    store.make_directory("d/");

    const ObjectInfo info = store.objects.head("bucket", "d/", {});
    CHECK(info.size_bytes == 0);
    CHECK(info.attributes->content_type == "application/x-directory");
    CHECK(info.etag.to_text() == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(store.get("d/", VersionId::null()) == "");
    store.put("d/x", "x");
    CHECK_FALSE(store.get("d/"));
    store.remove("d/");
    CHECK(store.slot("d/"));
    store.remove("d/x");
    CHECK(store.slot("d/"));
    store.remove("d/");
    CHECK_FALSE(store.slot("d/"));
    CHECK(store.usage().objects == 0);
}

TEST_CASE("removing an empty directory leaves no marker where versions are kept") {
    Namespace store;
    store.enable();
    store.make_directory("d/");

    const DeleteResult result = store.remove("d/");

    CHECK_FALSE(result.is_marker);
    CHECK_FALSE(store.slot("d/"));
    CHECK_FALSE(catalog::has_versions(*store.engine.catalog.read(), store.row().id));
}

TEST_CASE("an implicit directory that is empty is not listed") {
    Namespace store;
    store.put("d/x", "x");
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        // As when the mount has removed the last file: it never removes a parent.
        const catalog::Slot slot = *resolve_key(scope.rows(), bucket, "d/x").slot;
        remove_named_slot({scope, store.engine.keyring, bucket, catalog::Origin::mount},
                          {slot, "d/x"});
    });

    CHECK(store.slot("d/"));
    CHECK(store.keys().empty());
    CHECK(store.list(request_of("", "/")).empty());
}

TEST_CASE("a key of 512 directories is listed, read and removed like others") {
    Namespace store;
    std::string key;
    for (int i = 0; i < 511; ++i)
        key += "d/";
    key += "f";
    store.put(key, "deep");
    store.put("e", "x");

    CHECK(store.get(key) == "deep");
    CHECK(store.keys() == Lines{key, "e"});
    CHECK(store.list(request_of("", "", key.substr(0, 900))) == Lines{key, "e"});
    CHECK(store.list(request_of("", "", key)) == Lines{"e"});
    CHECK(store.list(request_of(key.substr(0, 1000), "/")) ==
          Lines{key.substr(0, 1002) + " (prefix)"});
    store.remove(key);
    CHECK_FALSE(store.slot("d/"));
}

TEST_CASE("many keys are listed completely in pages of any size") {
    Namespace store;
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const HistoryContext context{scope, store.engine.keyring, bucket, catalog::Origin::s3};
        for (int i = 0; i < 3000; ++i) {
            char name[16];
            std::snprintf(name, sizeof name, "%06d", i);
            catalog::Slot slot;
            slot.parent = bucket.root_ino;
            slot.name = name;
            slot.bucket = bucket.id;
            slot.ino = scope.rows().next_id(catalog::IdKind::ino);
            slot.object = make_state(context, 0, etag_of(""), 0, store.who.user);
            put_named_slot(context, {slot, name}, {});
        }
    });

    for (const std::size_t size : {1000, 999, 128, 2999}) {
        ListRequest request = request_of("", "", "", size);
        std::size_t count = 0;
        for (bool more = true; more;) {
            const ListResult page = store.objects.list(request);
            for (const ObjectInfo& info : page.objects) {
                CHECK(std::stoul(info.key) == count);
                ++count;
            }
            more = page.is_truncated;
            request.start_after = page.next_after;
        }
        CHECK(count == 3000);
    }
}

TEST_CASE("uploads in progress are no keys") {
    Namespace store;
    std::ignore = store.uploads.create(store.who, "bucket", "k", {});

    CHECK(store.keys().empty());
    CHECK_FALSE(store.get("k"));
}

}  // namespace
}  // namespace alexander
