#include "store/posix_metadata.h"

#include "catalog/inodes.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

ObjectAttributes with(std::vector<std::pair<std::string, std::string>> metadata) {
    ObjectAttributes attributes;
    attributes.user_metadata = std::move(metadata);
    return attributes;
}

std::optional<std::uint32_t> mode_of(const char* text) {
    return read_posix_metadata(with({{"mode", text}})).mode;
}

std::optional<Timestamp> mtime_of(const char* text) {
    return read_posix_metadata(with({{"mtime", text}})).mtime;
}

TEST_CASE("a mode is decimal st_mode if its type bits are one, else octal") {
    CHECK(mode_of("33188") == 0100644);   // s3fs
    CHECK(mode_of("100644") == 0100644);  // rclone
    CHECK(mode_of("0100600") == 0100600);
    CHECK(mode_of("16877") == 040755);
    CHECK(mode_of("644") == 0644);
    CHECK(mode_of("104755") == 0104755);
    CHECK_FALSE(mode_of(""));
    CHECK_FALSE(mode_of("rw-r--r--"));
    CHECK_FALSE(mode_of("99999999999"));
    CHECK_FALSE(mode_of("8"));
    CHECK_FALSE(mode_of("7777777"));
    CHECK_FALSE(mode_of("-1"));
}

TEST_CASE("a time has seconds and a fraction of any length, also before 1970") {
    CHECK(mtime_of("1354040105") == Timestamp{1354040105, 0});
    CHECK(mtime_of("1354040105.123456789") == Timestamp{1354040105, 123456789});
    CHECK(mtime_of("1.5") == Timestamp{1, 500'000'000});
    CHECK(mtime_of("1.1234567890123") == Timestamp{1, 123456789});
    CHECK(mtime_of("-1.25") == Timestamp{-2, 750'000'000});
    CHECK(mtime_of("-3") == Timestamp{-3, 0});
    CHECK_FALSE(mtime_of("1."));
    CHECK_FALSE(mtime_of("1.2.3"));
    CHECK_FALSE(mtime_of("today"));
    CHECK_FALSE(mtime_of(""));
}

TEST_CASE("permission bits and mtime are adopted, owner and special bits are not") {
    Namespace store;

    store.put("k",
              "x",
              with({{"mode", "35309"}, {"uid", "0"}, {"gid", "0"}, {"mtime", "12.5"}}));  // 0104755

    const auto inode = catalog::find_inode(*store.engine.catalog.read(), store.slot("k")->ino);
    REQUIRE(inode);
    CHECK(inode->mode == 0755);
    CHECK(inode->uid == store.row().uid);
    CHECK(inode->mtime == Timestamp{12, 500'000'000});
    CHECK(inode->nlink == 1);
    CHECK(inode->object.size == 1);
    CHECK(store.slot("k")->kind == catalog::FileKind::regular);
}

TEST_CASE("an object without POSIX metadata needs no inode row") {
    Namespace store;

    store.put("k", "x", with({{"colour", "blue"}, {"uid", "0"}}));

    CHECK_FALSE(catalog::find_inode(*store.engine.catalog.read(), store.slot("k")->ino));
}

TEST_CASE("metadata comes back in the client's own words") {
    Namespace store;
    const auto metadata = with({{"mtime", "1354040105.10"}, {"uid", "1000"}, {"x", "y"}});

    store.put("k", "x", metadata);

    const ObjectInfo info = store.objects.head("bucket", "k", {});
    CHECK(info.attributes->user_metadata == metadata.user_metadata);
    CHECK_FALSE(info.posix);
}

TEST_CASE("once the mount has changed owner, mode or times, its word counts") {
    Namespace store;
    store.put("k", "x", with({{"mode", "33188"}, {"mtime", "12"}, {"x", "y"}}));
    store.change([&](CommitScope& scope, const catalog::Bucket&) {
        catalog::Inode inode = *catalog::find_inode(scope.rows(), store.slot("k")->ino);
        inode.mode = 0600;
        inode.uid = 1000;
        catalog::put_inode(scope.rows(), inode);
    });

    const ObjectInfo info = store.objects.head("bucket", "k", {});

    REQUIRE(info.posix);
    CHECK(info.posix->mode == 0100600);
    CHECK(info.posix->uid == 1000);
    CHECK(info.posix->mtime == Timestamp{12, 0});
    CHECK(info.attributes->user_metadata ==
          std::vector<std::pair<std::string, std::string>>{{"x", "y"}});
}

TEST_CASE("an overwrite over S3 keeps owner and mode of the file, in a new inode") {
    Namespace store;
    store.put("k", "x", with({{"mode", "33188"}}));
    store.change([&](CommitScope& scope, const catalog::Bucket&) {
        catalog::Inode inode = *catalog::find_inode(scope.rows(), store.slot("k")->ino);
        inode.mode = 04711;
        inode.uid = 1000;
        inode.gid = 100;
        catalog::put_inode(scope.rows(), inode);
    });
    const catalog::Ino before = store.slot("k")->ino;

    store.put("k", "y");

    const auto snapshot = store.engine.catalog.read();
    const auto inode = catalog::find_inode(*snapshot, store.slot("k")->ino);
    REQUIRE(inode);
    CHECK(inode->ino != before);
    CHECK(inode->mode == 04711);
    CHECK(inode->uid == 1000);
    CHECK(inode->gid == 100);
    CHECK_FALSE(catalog::find_inode(*snapshot, before));
}

TEST_CASE("a `d/` object gives its mode to the directory that it is") {
    Namespace store;
    store.put("d/x", "below");
    const catalog::Ino ino = store.slot("d/")->ino;

    store.put("d/", "", with({{"mode", "16832"}}));  // s3fs: 040700

    CHECK(store.slot("d/")->ino == ino);
    CHECK(store.get("d/x") == "below");
    auto inode = catalog::find_inode(*store.engine.catalog.read(), ino);
    REQUIRE(inode);
    CHECK(inode->kind == catalog::FileKind::directory);
    CHECK(inode->mode == 0700);
    CHECK(inode->parent == store.row().root_ino);
    store.put("d/", "", with({{"mode", "16877"}}));
    CHECK(catalog::find_inode(*store.engine.catalog.read(), ino)->mode == 0755);
    store.put("d/", "");
    CHECK(catalog::find_inode(*store.engine.catalog.read(), ino)->mode == 0755);
}

TEST_CASE("a bucket that trusts its writers takes owner, special bits and types from them") {
    Namespace store;
    store.change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        catalog::Bucket trusting = bucket;
        trusting.trust_posix = true;
        catalog::update_bucket(scope.rows(), trusting);
    });
    ObjectAttributes link;
    link.content_type = "application/x-symlink";

    store.put("k", "x", with({{"mode", "104755"}, {"uid", "1000"}, {"gid", "100"}}));
    store.put("link", "target", link);
    store.put("pipe", "", with({{"mode", "4480"}}));
    store.put("disk", "", with({{"mode", "60600"}, {"rdev", "2049"}}));

    const auto snapshot = store.engine.catalog.read();
    const auto inode = catalog::find_inode(*snapshot, store.slot("k")->ino);
    CHECK(inode->mode == 04755);
    CHECK(inode->uid == 1000);
    CHECK(inode->gid == 100);
    CHECK(store.slot("link")->kind == catalog::FileKind::symlink);
    CHECK(store.slot("pipe")->kind == catalog::FileKind::fifo);
    CHECK(store.slot("disk")->kind == catalog::FileKind::block_device);
    CHECK(catalog::find_inode(*snapshot, store.slot("disk")->ino)->rdev == 2049);
}

TEST_CASE("no S3 writer plants links or devices where the bucket does not trust them") {
    Namespace store;
    ObjectAttributes link;
    link.content_type = "application/x-symlink";

    store.put("link", "/etc/passwd", link);
    store.put("disk", "", with({{"mode", "60600"}, {"rdev", "2049"}}));

    CHECK(store.slot("link")->kind == catalog::FileKind::regular);
    CHECK(store.slot("disk")->kind == catalog::FileKind::regular);
}

}  // namespace
}  // namespace alexander
