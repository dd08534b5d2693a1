#include "catalog/users.h"

#include "catalog/buckets.h"
#include "fixture.h"

#include <doctest/doctest.h>

namespace alexander::catalog {
namespace {

User make_user(UserId id, const std::string& name) {
    User user;
    user.id = id;
    user.name = name;
    user.display_name = "Display " + name;
    user.canonical_id = "canonical " + name;
    user.is_admin = true;
    user.domain = 4'000'000'000;
    user.created = {.seconds = 1, .nanoseconds = 2};
    return user;
}

AccessKey make_key(const std::string& id, UserId user) {
    return {.id = id,
            .user = user,
            .sealed_secret = Bytes(40, std::byte{3}),
            .enabled = true,
            .created = {.seconds = 5, .nanoseconds = 6},
            .expires_seconds = std::nullopt};
}

Bucket make_bucket(BucketId id, const std::string& name, UserId owner) {
    Bucket bucket;
    bucket.id = id;
    bucket.name = name;
    bucket.owner = owner;
    bucket.domain = 2;
    bucket.root_ino = 100 + id;
    bucket.versioning = Versioning::suspended;
    bucket.profile = 3;
    bucket.directory_markers = DirectoryMarkers::never;
    bucket.trust_posix = true;
    bucket.uid = 4'000'000'000;
    bucket.gid = 7;
    bucket.file_mode = 0600;
    bucket.directory_mode = 0711;
    bucket.region = "eu-1";
    bucket.created = {.seconds = 8, .nanoseconds = 9};
    return bucket;
}

std::vector<std::string> names(const std::vector<Bucket>& buckets) {
    std::vector<std::string> result;
    for (const Bucket& bucket : buckets) {
        result.push_back(bucket.name);
    }
    return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("catalog/users");

TEST_CASE("a user is found by name and by id with every column, and updated") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    User user = make_user(3, "ada");
    insert_user(*transaction, user);
    user.enabled = false;
    user.is_admin = false;
    user.display_name = "Ada";
    update_user(*transaction, user);

    const auto found = find_user(*transaction, "ada");

    REQUIRE(found);
    CHECK(found->id == 3);
    CHECK(found->display_name == "Ada");
    CHECK(found->canonical_id == user.canonical_id);
    CHECK_FALSE(found->enabled);
    CHECK_FALSE(found->is_admin);
    CHECK(found->domain == user.domain);
    CHECK(found->created == user.created);
    CHECK(find_user(*transaction, 3)->name == "ada");
    CHECK_FALSE(find_user(*transaction, "Ada"));
    CHECK_FALSE(find_user(*transaction, 4));
}

TEST_CASE("users are listed by name") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_user(*transaction, make_user(1, "b"));
    insert_user(*transaction, make_user(2, "a"));

    const auto users = list_users(*transaction);

    REQUIRE(users.size() == 2);
    CHECK(users[0].name == "a");
    CHECK(users[1].name == "b");
}

TEST_CASE("deleting a user takes the access keys along, nobody else's") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_user(*transaction, make_user(1, "a"));
    insert_access_key(*transaction, make_key("K1", 1));
    insert_access_key(*transaction, make_key("K2", 2));

    delete_user(*transaction, 1);

    CHECK_FALSE(find_user(*transaction, 1));
    CHECK_FALSE(find_access_key(*transaction, "K1"));
    CHECK(find_access_key(*transaction, "K2"));
}

TEST_CASE("an access key is read back with every column, and updated") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    AccessKey key = make_key("K", 1);
    insert_access_key(*transaction, key);
    CHECK_FALSE(find_access_key(*transaction, "K")->expires_seconds);
    key.enabled = false;
    key.expires_seconds = -7;
    update_access_key(*transaction, key);

    const auto found = find_access_key(*transaction, "K");

    REQUIRE(found);
    CHECK(found->user == 1);
    CHECK(found->sealed_secret == key.sealed_secret);
    CHECK_FALSE(found->enabled);
    CHECK(found->created == key.created);
    CHECK(found->expires_seconds == -7);
    CHECK(list_access_keys(*transaction, 1).size() == 1);
    CHECK(list_access_keys(*transaction, 2).empty());
    delete_access_key(*transaction, "K");
    CHECK_FALSE(find_access_key(*transaction, "K"));
}

TEST_CASE("a bucket is found by name and by id with every column, and updated") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    Bucket bucket = make_bucket(1, "photos", 5);
    insert_bucket(*transaction, bucket);
    bucket.versioning = Versioning::enabled;
    update_bucket(*transaction, bucket);

    const auto found = find_bucket(*transaction, "photos");

    REQUIRE(found);
    CHECK(found->id == 1);
    CHECK(found->owner == 5);
    CHECK(found->domain == 2);
    CHECK(found->root_ino == 101);
    CHECK(found->versioning == Versioning::enabled);
    CHECK(found->profile == 3);
    CHECK(found->directory_markers == DirectoryMarkers::never);
    CHECK(found->trust_posix);
    CHECK(found->uid == bucket.uid);
    CHECK(found->gid == 7);
    CHECK(found->file_mode == 0600);
    CHECK(found->directory_mode == 0711);
    CHECK(found->region == "eu-1");
    CHECK(found->created == bucket.created);
    CHECK(find_bucket(*transaction, 1)->name == "photos");
}

TEST_CASE("buckets are listed in byte order by owner, prefix, position and limit") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    BucketId id = 0;
    for (const char* name : {"b.2", "a", "b-1", "b3", "c"}) {
        ++id;
        insert_bucket(*transaction, make_bucket(id, name, id % 2));
    }
    const auto list =
        [&](UserId owner, std::string_view prefix, std::string_view after, std::size_t limit) {
            return names(list_buckets(*transaction, owner, prefix, after, limit));
        };

    CHECK(list(0, "", "", 10) == Names{"a", "b-1", "b.2", "b3", "c"});
    CHECK(list(0, "b", "", 10) == Names{"b-1", "b.2", "b3"});
    CHECK(list(0, "b", "b.2", 10) == Names{"b3"});
    CHECK(list(0, "b", "b", 2) == Names{"b-1", "b.2"});
    CHECK(list(1, "", "", 10) == Names{"b-1", "b.2", "c"});
    CHECK(list(0, "b", "c", 10).empty());
}

TEST_CASE("usage begins at nothing, adds up and goes with its bucket") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_bucket(*transaction, make_bucket(1, "a", 1));
    CHECK(get_usage(*transaction, 1).bytes == 0);

    add_usage(*transaction, 1, {.bytes = 100, .objects = 2, .versions = 3});
    add_usage(*transaction, 1, {.bytes = -40, .objects = -1, .versions = 0});

    CHECK(get_usage(*transaction, 1).bytes == 60);
    CHECK(get_usage(*transaction, 1).objects == 1);
    CHECK(get_usage(*transaction, 1).versions == 3);
    delete_bucket(*transaction, 1);
    CHECK_FALSE(find_bucket(*transaction, 1));
    CHECK(get_usage(*transaction, 1).bytes == 0);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
