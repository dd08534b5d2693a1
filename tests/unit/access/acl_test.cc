#include "access/acl.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander {
namespace {

const AclOwners owners{"alice", "carol"};
const AclRequester alice{true, "alice"};
const AclRequester bob{true, "bob"};
const AclRequester carol{true, "carol"};
const AclRequester nobody{false, ""};

bool may(const char* canned, const AclRequester& who, Permission permission) {
    return is_granted(*canned_acl(canned, owners), who, permission, PublicGrants::count);
}

TEST_CASE("a stored list reads back as it was") {
    Acl acl;
    acl.grants = {{GranteeKind::user, "alice", Permission::full_control},
                  {GranteeKind::all_users, {}, Permission::read},
                  {GranteeKind::authenticated_users, {}, Permission::write_acp}};

    CHECK(acl.to_text() ==
          "FULL_CONTROL id:alice\nREAD group:AllUsers\nWRITE_ACP group:AuthenticatedUsers\n");
    CHECK(Acl::parse(acl.to_text()) == acl);
    CHECK(Acl{}.to_text() == "NONE\n");
    CHECK(Acl::parse("NONE\n") == Acl{});
}

TEST_CASE("a damaged list is refused, never read as an empty one") {
    for (const char* text :
         {"", "READ", "READ id:a", "READ id:\n", "EAT id:a\n", "READ group:x\n", "READ\n", "\n"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(std::ignore = Acl::parse(text), Error);
    }
}

TEST_CASE("canned lists grant what their names say") {
    CHECK(may("private", alice, Permission::write_acp));
    CHECK_FALSE(may("private", carol, Permission::read));
    CHECK_FALSE(may("private", nobody, Permission::read));
    CHECK(may("public-read", nobody, Permission::read));
    CHECK_FALSE(may("public-read", nobody, Permission::write));
    CHECK_FALSE(may("public-read", nobody, Permission::read_acp));
    CHECK(may("public-read-write", nobody, Permission::write));
    CHECK(may("authenticated-read", bob, Permission::read));
    CHECK_FALSE(may("authenticated-read", nobody, Permission::read));
    CHECK(may("bucket-owner-read", carol, Permission::read));
    CHECK_FALSE(may("bucket-owner-read", carol, Permission::write_acp));
    CHECK(may("bucket-owner-full-control", carol, Permission::write_acp));
    CHECK_FALSE(may("bucket-owner-full-control", bob, Permission::read));
    CHECK_FALSE(canned_acl("public", owners));
}

TEST_CASE("grants to everybody can be ignored, those to users count") {
    Acl acl = *canned_acl("public-read-write", owners);
    acl.grants.push_back({GranteeKind::user, "bob", Permission::read});

    CHECK_FALSE(is_granted(acl, nobody, Permission::read, PublicGrants::ignore));
    CHECK_FALSE(is_granted(acl, carol, Permission::read, PublicGrants::ignore));
    CHECK(is_granted(acl, bob, Permission::read, PublicGrants::ignore));
    CHECK(acl.is_public());
    CHECK_FALSE(canned_acl("bucket-owner-read", owners)->is_public());
    CHECK(canned_acl("authenticated-read", owners)->is_public());
}

TEST_CASE("an anonymous request is no user with an empty id") {
    Acl acl;
    acl.grants = {{GranteeKind::user, "", Permission::read}};
    CHECK_FALSE(is_granted(acl, nobody, Permission::read, PublicGrants::count));
}

}  // namespace
}  // namespace alexander
