#include "catalog/versions.h"

#include "base/error.h"
#include "fixture.h"

#include <doctest/doctest.h>

namespace alexander::catalog {
namespace {

/// "key:seq" of each version, in order.
std::vector<std::string> names(const std::vector<Version>& versions) {
    std::vector<std::string> result;
    for (const Version& version : versions) {
        result.push_back(version.key + ":" + std::to_string(version.object.version_seq));
    }
    return result;
}

using Names = std::vector<std::string>;

void check_corrupt(const std::function<void()>& action) {
    try {
        action();
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::corrupt);
    }
}

}  // namespace

TEST_SUITE_BEGIN("catalog/versions");

TEST_CASE("a version is read back with every column") {
    Fixture fixture;
    const Version version = make_version(1, std::string("k\0\xff", 3), 9);
    const auto transaction = fixture.catalog->write();
    insert_version(*transaction, version);

    const auto found = find_version(*transaction, 1, version.key, 9);

    REQUIRE(found);
    CHECK(found->bucket == version.bucket);
    CHECK(found->key == version.key);
    CHECK(found->is_marker == version.is_marker);
    CHECK(found->ino == version.ino);
    CHECK(found->kind == version.kind);
    CHECK(found->object.size == version.object.size);
    CHECK(found->object.masked_etag == version.object.masked_etag);
    CHECK(found->object.modified == version.object.modified);
    CHECK(found->object.version_seq == 9);
    CHECK(found->object.is_null == version.object.is_null);
    CHECK(found->object.content == version.object.content);
    CHECK(found->object.owner == version.object.owner);
    CHECK(found->object.profile == version.object.profile);
    CHECK_FALSE(found->object.sealed_attributes);
    CHECK(found->origin == version.origin);
    CHECK(found->served == version.served);
    CHECK(found->retain_mode == version.retain_mode);
    CHECK(found->retain_seconds == version.retain_seconds);
    CHECK(found->legal_hold == version.legal_hold);
}

TEST_CASE("an update changes the row and keeps its place") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    Version version = make_version(1, "k", 9);
    insert_version(*transaction, version);
    version.is_marker = true;
    version.object.sealed_attributes = Bytes{};
    version.legal_hold = false;
    update_version(*transaction, version);

    const auto found = find_version(*transaction, 1, "k", 9);

    REQUIRE(found);
    CHECK(found->is_marker);
    CHECK(found->object.sealed_attributes == Bytes{});
    CHECK_FALSE(found->legal_hold);
}

TEST_CASE("a version number is taken once a key") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_version(*transaction, make_version(1, "k", 9));

    check_corrupt([&] { insert_version(*transaction, make_version(1, "k", 9)); });
    insert_version(*transaction, make_version(1, "l", 9));
    insert_version(*transaction, make_version(2, "k", 9));
}

TEST_CASE("a key has one null version at most, and its neighbours have their own") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    Version version = make_version(1, "k", 5);
    version.object.is_null = true;
    insert_version(*transaction, version);
    insert_version(*transaction, make_version(1, "k", 8));
    version.object.version_seq = 6;

    check_corrupt([&] { insert_version(*transaction, version); });
    CHECK(find_null_version(*transaction, 1, "k")->object.version_seq == 5);
    CHECK_FALSE(find_null_version(*transaction, 1, "l"));
    version.key = "l";
    insert_version(*transaction, version);
    CHECK(find_null_version(*transaction, 1, "l")->object.version_seq == 6);
}

TEST_CASE("versions are scanned by key and newest first, from any position") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    for (const auto& [key, seq] : {std::pair{"b", 1}, {"b", 7}, {"a", 3}, {"c", 2}, {"b", 4}}) {
        insert_version(*transaction, make_version(1, key, seq));
    }
    insert_version(*transaction, make_version(2, "b", 5));
    const auto scan = [&](const VersionPosition& from, std::string_view until, std::size_t limit) {
        return names(scan_versions(*transaction, 1, from, until, limit));
    };

    CHECK(scan({}, "", 10) == Names{"a:3", "b:7", "b:4", "b:1", "c:2"});
    CHECK(scan({"b", 0}, "", 10) == Names{"b:7", "b:4", "b:1", "c:2"});
    CHECK(scan({"b", 7}, "", 10) == Names{"b:4", "b:1", "c:2"});
    CHECK(scan({"b", 1}, "", 10) == Names{"c:2"});
    CHECK(scan({"b", 7}, "c", 10) == Names{"b:4", "b:1"});
    CHECK(scan({"b", 7}, "", 1) == Names{"b:4"});
    CHECK(scan({"b", 7}, "", 2) == Names{"b:4", "b:1"});
    CHECK(scan({"bb", 7}, "", 2) == Names{"c:2"});
    CHECK(scan({}, "b", 10) == Names{"a:3"});
    CHECK(newest_version(*transaction, 1, "b")->object.version_seq == 7);
    CHECK_FALSE(newest_version(*transaction, 1, "bb"));
}

TEST_CASE("a deleted version is gone alone") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_version(*transaction, make_version(1, "k", 1));
    insert_version(*transaction, make_version(1, "k", 2));

    delete_version(*transaction, 1, "k", 2);

    CHECK(newest_version(*transaction, 1, "k")->object.version_seq == 1);
    CHECK(has_versions(*transaction, 1));
    delete_version(*transaction, 1, "k", 1);
    CHECK_FALSE(has_versions(*transaction, 1));
}

TEST_SUITE_END();

}  // namespace alexander::catalog
