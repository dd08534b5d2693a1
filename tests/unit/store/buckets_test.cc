#include "catalog/uploads.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

Identity other(Namespace& store) {
    const catalog::User user = store.users.create("bob", {});
    return {user.id, user.name, user.display_name, user.canonical_id, false};
}

TEST_CASE("bucket names follow S3's rules") {
    for (const char* name : {"abc", "a.b-c", "000", "1.2.3", "a1.2.3.4", "1.2.3.4.5"})
        CHECK(is_bucket_name(name));
    CHECK(is_bucket_name(std::string(63, 'a')));
    for (const char* name : {"",
                             "ab",
                             "Abc",
                             "a_b",
                             "-abc",
                             "abc-",
                             ".abc",
                             "abc.",
                             "a..b",
                             "a.-b",
                             "a-.b",
                             "192.168.5.4",
                             "a b",
                             "a/b",
                             "xn--abc",
                             "abc-s3alias",
                             "abc--ol-s3",
                             "sthree-abc"})
        CHECK_FALSE(is_bucket_name(name));
    CHECK_FALSE(is_bucket_name(std::string(64, 'a')));
}

TEST_CASE("a bucket is its creator's, with keys of the creator's domain") {
    Namespace store;

    const catalog::Bucket made = store.buckets.create(store.who, "second", {"eu-north-1", 1, 7, 8});

    const catalog::Bucket read = store.buckets.get("second");
    CHECK(read.id == made.id);
    CHECK(read.owner == store.who.user);
    CHECK(read.domain == store.users.get("alice").domain);
    CHECK(read.region == "eu-north-1");
    CHECK(read.profile == 1);
    CHECK(read.uid == 7);
    CHECK(read.gid == 8);
    CHECK(read.file_mode == 0640);
    CHECK(read.directory_mode == 0750);
    CHECK(read.root_ino != store.row().root_ino);
    CHECK(store.buckets.find("second"));
    CHECK_FALSE(store.buckets.find("third"));
}

TEST_CASE("a name that is taken says whose it is") {
    Namespace store;
    const Identity bob = other(store);

    CHECK(throws_code(ErrorCode::bucket_already_owned,
                      [&] { store.buckets.create(store.who, "bucket", {}); }));
    CHECK(throws_code(ErrorCode::bucket_exists, [&] { store.buckets.create(bob, "bucket", {}); }));
    CHECK(throws_code(ErrorCode::invalid_bucket_name,
                      [&] { store.buckets.create(bob, "Bucket", {}); }));
}

TEST_CASE("a bucket is removed only when no key, version or directory is left") {
    Namespace store;
    const auto is_refused = [&] {
        return throws_code(ErrorCode::bucket_not_empty, [&] { store.buckets.remove("bucket"); });
    };
    store.put("a/b", "x");
    CHECK(is_refused());
    store.enable();
    store.remove("a/b");
    CHECK(is_refused());  // a null version and a marker
    const ListVersionsResult versions =
        store.objects.list_versions({"bucket", {}, {}, {}, {}, 1000});
    for (const ObjectInfo& version : versions.versions)
        store.remove(version.key, version.version);
    const catalog::UploadKey upload = store.uploads.create(store.who, "bucket", "k", {});
    store.make_directory("d/");
    CHECK(is_refused());
    store.remove("d/");

    store.buckets.remove("bucket");

    CHECK_FALSE(store.buckets.find("bucket"));
    CHECK_FALSE(catalog::find_upload(*store.engine.catalog.read(), upload));  // it ends with it
    CHECK(throws_code(ErrorCode::no_such_bucket, [&] { store.buckets.remove("bucket"); }));
}

TEST_CASE("buckets are listed by owner, in order of their names, in pages") {
    Namespace store;
    const Identity bob = other(store);
    for (const char* name : {"zeta", "alpha", "b.a"})
        store.buckets.create(store.who, name, {});
    store.buckets.create(bob, "bobs", {});
    const auto names = [&](catalog::UserId owner,
                           std::string_view prefix,
                           std::string_view after,
                           std::size_t limit) {
        std::vector<std::string> found;
        for (const catalog::Bucket& bucket : store.buckets.list(owner, prefix, after, limit))
            found.push_back(bucket.name);
        return found;
    };
    using Names = std::vector<std::string>;

    CHECK(names(store.who.user, "", "", 10) == Names{"alpha", "b.a", "bucket", "zeta"});
    CHECK(names(0, "b", "", 10) == Names{"b.a", "bobs", "bucket"});
    CHECK(names(store.who.user, "", "alpha", 2) == Names{"b.a", "bucket"});
}

TEST_CASE("versioning is turned on and suspended, never undone") {
    Namespace store;
    CHECK(store.row().versioning == catalog::Versioning::never);

    store.enable();
    CHECK(store.row().versioning == catalog::Versioning::enabled);
    store.suspend();
    CHECK(store.row().versioning == catalog::Versioning::suspended);
    CHECK(throws_code(ErrorCode::bucket_state,
                      [&] { store.buckets.set_versioning("bucket", catalog::Versioning::never); }));
    CHECK(throws_code(ErrorCode::no_such_bucket, [&] {
        store.buckets.set_versioning("nowhere", catalog::Versioning::enabled);
    }));
}

TEST_CASE("documents of a bucket are replaced, deleted and gone with it") {
    Namespace store;
    Buckets::CreateOptions options;
    options.documents = {{catalog::DocumentKind::acl, "READ group:AllUsers\n"}};
    const catalog::Bucket made = store.buckets.create(store.who, "second", options);
    CHECK(made.settings_seq != 0);
    CHECK(store.buckets.documents(made) == options.documents);

    store.buckets.set_document("second", catalog::DocumentKind::policy, "{}");
    store.buckets.set_document("second", catalog::DocumentKind::policy, std::string("{\0}", 3));
    store.buckets.set_document("second", catalog::DocumentKind::acl, std::nullopt);

    const catalog::Bucket changed = store.buckets.get("second");
    CHECK(changed.settings_seq > made.settings_seq);
    CHECK(store.buckets.documents(changed) ==
          Buckets::Documents{{catalog::DocumentKind::policy, std::string("{\0}", 3)}});

    store.buckets.remove("second");
    CHECK(store.buckets.documents(changed).empty());
}

TEST_CASE("a bucket without documents says so, and deleting none changes nothing") {
    Namespace store;
    const catalog::Bucket made = store.buckets.create(store.who, "second", {});
    CHECK(made.settings_seq == 0);

    store.buckets.set_document("second", catalog::DocumentKind::cors, std::nullopt);

    CHECK(store.buckets.get("second").settings_seq == 0);
    CHECK_THROWS_AS(store.buckets.set_document("third", catalog::DocumentKind::cors, "x"), Error);
}

}  // namespace
}  // namespace alexander
