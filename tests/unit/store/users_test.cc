#include "catalog/users.h"

#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

std::string secret_of(const Users::Credentials& credentials) {
    return std::string(as_text(credentials.secret.view()));
}

TEST_CASE("a new user has a name, an S3 owner id and keys of their own for their data") {
    Namespace store;

    const catalog::User bob = store.users.create("bob", {"Bob B.", true});

    CHECK(bob.id != store.who.user);
    CHECK(bob.display_name == "Bob B.");
    CHECK(bob.is_admin);
    CHECK(bob.canonical_id.size() == 64);
    CHECK(bob.domain != store.users.get("alice").domain);
    CHECK(store.engine.keyring.has_domain(bob.domain));
    CHECK(store.users.get("bob").id == bob.id);
    CHECK(store.users.find(bob.id)->name == "bob");
    CHECK(store.users.list().size() == 2);
    CHECK(throws_code(ErrorCode::already_exists, [&] { store.users.create("bob", {}); }));
    CHECK(throws_code(ErrorCode::no_such_user, [&] { std::ignore = store.users.get("carol"); }));
    CHECK_FALSE(store.users.find(999));
}

TEST_CASE("names of users are short and plain") {
    Namespace store;

    store.users.create("a.B-9_@+", {});
    store.users.create(std::string(64, 'x'), {});
    for (const std::string& name : {std::string(),
                                    std::string(65, 'x'),
                                    std::string("a b"),
                                    std::string("a/b"),
                                    std::string("\xc3\xa4")})
        CHECK(throws_code(ErrorCode::invalid_argument, [&] { store.users.create(name, {}); }));
}

TEST_CASE("an access key opens with its secret until it is revoked, at once") {
    Namespace store;
    const Users::NewKey key = store.users.create_access_key("alice", {}, {});
    CHECK(key.key.id.size() == 20);
    CHECK(key.secret.size() == 40);

    const auto credentials = store.users.authenticate(key.key.id);
    REQUIRE(credentials);
    CHECK(credentials->identity.name == "alice");
    CHECK(credentials->identity.user == store.who.user);
    CHECK(secret_of(*credentials) == key.secret);

    store.users.revoke_access_key("alice", key.key.id);
    CHECK_FALSE(store.users.authenticate(key.key.id));
    CHECK_FALSE(store.users.authenticate("AKUNKNOWN"));
    CHECK(store.users.list_access_keys("alice").empty());
}

TEST_CASE("nothing is read twice while nothing was committed, and credentials are shared") {
    Namespace store;
    const Users::NewKey key = store.users.create_access_key("alice", {}, {});

    const auto first = store.users.authenticate(key.key.id);
    const auto second = store.users.authenticate(key.key.id);
    store.put("k", "something else");
    const auto third = store.users.authenticate(key.key.id);

    CHECK(first == second);
    CHECK(first == third);
}

TEST_CASE("keys of removed and of disabled users stop working at once") {
    Namespace store;
    store.users.create("bob", {});
    const Users::NewKey bobs = store.users.create_access_key("bob", {}, {});
    const Users::NewKey alices = store.users.create_access_key("alice", {}, {});
    REQUIRE(store.users.authenticate(bobs.key.id));
    REQUIRE(store.users.authenticate(alices.key.id));

    store.users.remove("bob");
    store.change([&](CommitScope& scope, const catalog::Bucket&) {
        catalog::User alice = *catalog::find_user(scope.rows(), "alice");
        alice.enabled = false;
        catalog::update_user(scope.rows(), alice);
    });

    CHECK_FALSE(store.users.authenticate(bobs.key.id));
    CHECK_FALSE(store.users.authenticate(alices.key.id));
}

TEST_CASE("an expired or disabled key does not open") {
    Namespace store;
    const std::int64_t now = store.store.clock.now().seconds;
    const Users::NewKey fresh = store.users.create_access_key("alice", now + 1, {});
    const Users::NewKey stale = store.users.create_access_key("alice", now, {});
    CHECK_FALSE(store.users.authenticate(stale.key.id));
    REQUIRE(store.users.authenticate(fresh.key.id));

    store.change([&](CommitScope& scope, const catalog::Bucket&) {
        catalog::AccessKey key = *catalog::find_access_key(scope.rows(), fresh.key.id);
        key.enabled = false;
        catalog::update_access_key(scope.rows(), key);
    });

    CHECK_FALSE(store.users.authenticate(fresh.key.id));
}

TEST_CASE("a known key can be brought along, once") {
    Namespace store;
    const std::pair<std::string, std::string> given{"minioadmin", "minioadmin"};

    std::ignore = store.users.create_access_key("alice", {}, given);

    CHECK(secret_of(*store.users.authenticate("minioadmin")) == "minioadmin");
    CHECK(throws_code(ErrorCode::already_exists,
                      [&] { std::ignore = store.users.create_access_key("alice", {}, given); }));
    CHECK(throws_code(ErrorCode::invalid_argument, [&] {
        std::ignore =
            store.users.create_access_key("alice", {}, std::pair{std::string("a/b"), given.second});
    }));
    CHECK(throws_code(ErrorCode::invalid_argument, [&] {
        std::ignore = store.users.create_access_key(
            "alice", {}, std::pair{given.first, std::string("short")});
    }));
}

TEST_CASE("a secret moved under another key id does not open") {
    Namespace store;
    const Users::NewKey key = store.users.create_access_key("alice", {}, {});

    store.change([&](CommitScope& scope, const catalog::Bucket&) {
        catalog::AccessKey stolen = key.key;
        stolen.id = "AKOTHER";
        catalog::insert_access_key(scope.rows(), stolen);
    });

    CHECK(throws_code(ErrorCode::corrupt,
                      [&] { std::ignore = store.users.authenticate("AKOTHER"); }));
}

TEST_CASE("who is disabled does not act, by name or as the administrator") {
    Namespace store;
    const auto refused = [&](const std::optional<std::string>& name, ErrorCode code) {
        return throws_code(code, [&] { std::ignore = store.users.acting(name); });
    };

    CHECK(store.users.acting("alice").user == store.who.user);
    CHECK(refused("nobody", ErrorCode::no_such_user));
    CHECK(refused({}, ErrorCode::no_such_user));

    store.users.create("former", {"", true});
    const catalog::User admin = store.users.create("present", {"", true});
    store.users.set_enabled("former", false);
    store.users.set_enabled("alice", false);
    CHECK(store.users.acting({}).user == admin.id);
    CHECK(store.users.acting({}).is_admin);
    CHECK(refused("alice", ErrorCode::access_denied));
    CHECK(refused("former", ErrorCode::access_denied));
}

TEST_CASE("a user who owns a bucket cannot be removed") {
    Namespace store;

    CHECK(throws_code(ErrorCode::bucket_not_empty, [&] { store.users.remove("alice"); }));
    store.buckets.remove("bucket");
    store.users.remove("alice");
    CHECK(throws_code(ErrorCode::no_such_user, [&] { store.users.remove("alice"); }));
}

TEST_CASE("a key is revoked only in the name of its owner") {
    Namespace store;
    store.users.create("bob", {});
    const Users::NewKey key = store.users.create_access_key("alice", {}, {});

    CHECK(throws_code(ErrorCode::no_such_access_key,
                      [&] { store.users.revoke_access_key("bob", key.key.id); }));
    CHECK(throws_code(ErrorCode::no_such_access_key,
                      [&] { store.users.revoke_access_key("alice", "AKUNKNOWN"); }));
    CHECK(store.users.authenticate(key.key.id));
}

}  // namespace
}  // namespace alexander
