#include "catalog/inodes.h"
#include "store/served.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

std::vector<std::string> versions_of(Namespace& store, std::string_view prefix = "") {
    ListVersionsRequest request;
    request.bucket = "bucket";
    request.prefix = prefix;
    std::vector<std::string> shown;
    for (const ObjectInfo& info : store.objects.list_versions(request).versions) {
        shown.push_back(info.key + (info.version.is_null() ? " null" : " id") +
                        (info.is_marker ? " marker" : "") + (info.is_latest ? " latest" : ""));
    }
    return shown;
}

using Lines = std::vector<std::string>;

TEST_CASE("what is older than versioning is its own null version, without a row") {
    Namespace store;
    store.put("k", "old");
    store.enable();

    CHECK_FALSE(catalog::has_versions(*store.engine.catalog.read(), store.row().id));
    CHECK(versions_of(store) == Lines{"k null latest"});
    CHECK(store.get("k", VersionId::null()) == "old");
    const PutResult put = store.put("k", "new");
    CHECK(put.versioned);
    CHECK_FALSE(put.version.is_null());
    CHECK(versions_of(store) == Lines{"k id latest", "k null"});
    CHECK(store.get("k", VersionId::null()) == "old");
    CHECK(store.get("k", put.version) == "new");
    CHECK(store.usage().versions == 2);
    CHECK(store.usage().bytes == 6);
    CHECK(store.usage().objects == 1);
}

TEST_CASE("suspended, a PUT replaces the null version only, wherever it is") {
    Namespace store;
    store.put("k", "0");
    store.enable();
    const VersionId first = store.put("k", "1").version;
    store.suspend();

    const PutResult second = store.put("k", "22");

    CHECK(second.version.is_null());
    CHECK(second.versioned);
    CHECK(versions_of(store) == Lines{"k null latest", "k id"});
    CHECK(store.get("k", first) == "1");
    CHECK(store.get("k") == "22");
    store.put("k", "333");
    CHECK(versions_of(store) == Lines{"k null latest", "k id"});
    CHECK(store.usage().bytes == 4);
}

TEST_CASE("suspended, a DELETE removes the null version and leaves a null marker") {
    Namespace store;
    store.enable();
    const VersionId first = store.put("k", "1").version;
    store.suspend();
    store.put("k", "2");

    const DeleteResult result = store.remove("k");

    CHECK(result.is_marker);
    CHECK(result.version->is_null());
    CHECK(versions_of(store) == Lines{"k null marker latest", "k id"});
    CHECK_FALSE(store.get("k"));
    CHECK(store.get("k", first) == "1");
    store.remove("k");
    CHECK(versions_of(store) == Lines{"k null marker latest", "k id"});
}

TEST_CASE("deleting what is not there leaves a marker where versions are kept") {
    Namespace store;
    store.enable();

    const DeleteResult result = store.remove("never/there");

    CHECK(result.is_marker);
    CHECK(versions_of(store) == Lines{"never/there id marker latest"});
    CHECK_FALSE(store.slot("never/"));
    const auto info = store.objects.find("bucket", "never/there", {});
    REQUIRE(info);
    CHECK(info->is_marker);
    CHECK(throws_code(ErrorCode::no_such_key,
                      [&] { std::ignore = store.objects.head("bucket", "never/there", {}); }));
    CHECK(throws_code(ErrorCode::method_not_allowed, [&] {
        std::ignore = store.objects.head("bucket", "never/there", *result.version);
    }));
}

TEST_CASE("deleting the newest version exposes the next, in a new inode; deleting a marker too") {
    Namespace store;
    store.enable();
    const VersionId first = store.put("a/k", "1").version;
    const catalog::Ino first_ino = store.slot("a/k")->ino;
    const VersionId second = store.put("a/k", "22").version;

    CHECK(store.remove("a/k", second).version->to_text() == second.to_text());
    CHECK(store.get("a/k") == "1");
    CHECK(store.slot("a/k")->ino != first_ino);
    CHECK(versions_of(store) == Lines{"a/k id latest"});

    const DeleteResult marker = store.remove("a/k");
    CHECK_FALSE(store.slot("a/"));
    CHECK_FALSE(store.get("a/k"));
    const DeleteResult undone = store.remove("a/k", marker.version);
    CHECK(undone.is_marker);
    CHECK(store.get("a/k") == "1");
    CHECK(store.get("a/k", first) == "1");

    store.remove("a/k", first);
    CHECK(versions_of(store).empty());
    CHECK_FALSE(store.slot("a/"));
    CHECK(store.usage().bytes == 0);
    CHECK(store.usage().objects == 0);
    CHECK(store.usage().versions == 0);
}

TEST_CASE("deleting a version is idempotent and touches no other") {
    Namespace store;
    store.enable();
    const VersionId first = store.put("k", "1").version;
    store.put("k", "2");

    store.remove("k", first);
    const DeleteResult again = store.remove("k", first);
    store.remove("k", VersionId::null());

    CHECK(again.version->to_text() == first.to_text());
    CHECK_FALSE(again.is_marker);
    CHECK(versions_of(store) == Lines{"k id latest"});
    CHECK(store.get("k") == "2");
}

TEST_CASE("the null version of a bucket that was never versioned can be deleted by its id") {
    Namespace store;
    store.put("k", "1");

    const DeleteResult result = store.remove("k", VersionId::null());

    CHECK_FALSE(result.version);
    CHECK_FALSE(store.get("k"));
    CHECK(store.usage().objects == 0);
    CHECK(store.usage().bytes == 0);
}

TEST_CASE("the id of a null row is never its number") {
    Namespace store;
    store.enable();
    store.suspend();
    store.put("k", "1");
    const catalog::VersionSeq seq = store.slot("k")->object.version_seq;

    CHECK_FALSE(store.objects.find("bucket", "k", VersionId::of(seq)));
    store.remove("k", VersionId::of(seq));
    CHECK(store.get("k") == "1");
}

TEST_CASE("a `d/` object has versions like any other and keeps what is below it") {
    Namespace store;
    store.enable();
    const VersionId first = store.put("d/", "body").version;
    store.put("d/x", "below");
    store.put("d/", "body two");
    CHECK(versions_of(store, "d/") == Lines{"d/ id latest", "d/ id", "d/x id latest"});

    store.remove("d/");

    CHECK_FALSE(store.get("d/"));
    CHECK(store.get("d/", first) == "body");
    CHECK(store.get("d/x") == "below");
    CHECK(store.keys() == Lines{"d/x"});
    store.remove("d/", store.objects.find("bucket", "d/", {})->version);
    CHECK(store.get("d/") == "body two");
}

TEST_CASE("a locked version is not deleted, and may be covered by a marker") {
    Namespace store;
    store.enable();
    const PutResult put = store.put("k", "precious");
    const auto lock = [&](std::uint8_t mode, std::int64_t until, bool hold) {
        store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
            catalog::Version row =
                *catalog::find_version(scope.rows(), bucket.id, "k", put.version.seq());
            row.retain_mode = mode;
            row.retain_seconds = until;
            row.legal_hold = hold;
            catalog::update_version(scope.rows(), row);
        });
    };
    const auto is_refused = [&] {
        return throws_code(ErrorCode::access_denied, [&] { store.remove("k", put.version); });
    };
    const std::int64_t now = store.store.clock.now().seconds;

    lock(2, now + 10, false);
    CHECK(is_refused());
    lock(0, 0, true);
    CHECK(is_refused());
    CHECK(store.remove("k").is_marker);
    CHECK(is_refused());
    const auto outcomes =
        store.objects.remove_many(store.who, "bucket", {{"k", put.version}, {"other", {}}});
    CHECK(outcomes[0].error->code() == ErrorCode::access_denied);
    CHECK(outcomes[1].result);
    lock(1, now - 1, false);
    CHECK_FALSE(is_refused());
}

TEST_CASE("If-Match with a version is about that version") {
    Namespace store;
    store.put("k", "null one");
    store.enable();
    const VersionId first = store.put("k", "1").version;
    const VersionId second = store.put("k", "2").version;
    const VersionId marker = *store.remove("k").version;
    const auto code_of = [&](const VersionId& id, const std::string& etag) {
        try {
            std::ignore = store.objects.remove(store.who, "bucket", "k", id, {false, etag});
        } catch (const Error& error) {
            return std::optional(error.code());
        }
        return std::optional<ErrorCode>();
    };
    const std::string etag = etag_of("1").to_text();

    CHECK(code_of(second, etag) == ErrorCode::precondition_failed);
    CHECK(code_of(VersionId::null(), etag) == ErrorCode::precondition_failed);
    CHECK(code_of(marker, etag) == ErrorCode::precondition_failed);
    CHECK(versions_of(store).size() == 4);
    CHECK_FALSE(code_of(first, etag));
    CHECK_FALSE(code_of(first, etag));  // again is fine: the id will never name another version
    CHECK_FALSE(code_of(VersionId::null(), etag_of("null one").to_text()));
    CHECK(code_of(VersionId::null(), etag) == ErrorCode::no_such_key);
    CHECK_FALSE(code_of(marker, "*"));
    CHECK(store.get("k") == "2");
}

TEST_CASE("mode and owner return with an older version") {
    Namespace store;
    store.enable();
    ObjectAttributes attributes;
    attributes.user_metadata = {{"mode", "33216"}};  // 0100700
    store.put("k", "1", attributes);
    const VersionId second = store.put("k", "2").version;

    store.remove("k", second);

    const auto inode = catalog::find_inode(*store.engine.catalog.read(), store.slot("k")->ino);
    REQUIRE(inode);
    CHECK(inode->mode == 0700);
    CHECK(inode->nlink == 1);
}

TEST_CASE("a version of the mount that S3 has named is kept from then on") {
    Namespace store;
    store.enable();
    const VersionId id = store.put("k", "1").version;
    store.put("other", "2");
    const auto row = [&](std::string_view key) {
        return *catalog::newest_version(*store.engine.catalog.read(), store.row().id, key);
    };
    store.change([&](CommitScope& scope, const catalog::Bucket&) {
        for (catalog::Version version : {row("k"), row("other")}) {
            version.origin = catalog::Origin::mount;
            catalog::update_version(scope.rows(), version);
        }
    });
    CHECK(needs_serving(row("k")));

    CHECK(store.objects.head("bucket", "k", {}).version.to_text() == id.to_text());
    CHECK(row("k").served);
    CHECK_FALSE(row("other").served);
    std::ignore = versions_of(store);
    CHECK(row("other").served);
}

TEST_CASE("a page of versions goes on after versions that were deleted meanwhile") {
    Namespace store;
    store.put("k", "0");
    store.enable();
    store.put("k", "1");
    store.put("k", "2");
    store.put("l", "3");
    ListVersionsRequest request;
    request.bucket = "bucket";
    request.max_entries = 1;

    std::vector<std::string> deleted;
    for (bool more = true; more;) {
        const ListVersionsResult page = store.objects.list_versions(request);
        REQUIRE(page.versions.size() == 1);
        CHECK(page.versions[0].is_latest);
        deleted.push_back(page.versions[0].key);
        store.remove(page.versions[0].key, page.versions[0].version);
        more = page.is_truncated;
        request.key_marker = page.next_key_marker;
        request.version_marker = page.next_version_marker;
    }

    CHECK(deleted == Lines{"k", "k", "k", "l"});
    CHECK(versions_of(store).empty());
}

TEST_CASE("no entries are given for a page of none") {
    Namespace store;
    store.enable();
    store.put("k", "1");
    ListVersionsRequest request;
    request.bucket = "bucket";
    request.max_entries = 0;

    const ListVersionsResult page = store.objects.list_versions(request);

    CHECK(page.versions.empty());
    CHECK_FALSE(page.is_truncated);
}

}  // namespace
}  // namespace alexander
