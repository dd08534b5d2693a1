#include "access/decision.h"

#include <doctest/doctest.h>

#include <span>

namespace alexander {
namespace {

const Requester alice{7, false, "alice", "a11ce"};  // owns the bucket
const Requester bob{8, false, "bob", "b0b"};
const Requester admin{1, true, "root", "r00t"};
const Requester nobody{};

constexpr Action on_bucket[] = {
    Action::list_bucket, Action::delete_bucket, Action::put_bucket_policy, Action::get_bucket_acl};
constexpr Action on_objects[] = {Action::get_object,
                                 Action::put_object,
                                 Action::delete_object_version,
                                 Action::put_object_acl,
                                 Action::abort_multipart_upload};

/// A bucket of alice's with one object, as a test sets them up.
struct Scene {
    BucketAccess bucket;
    bool has_documents = true;
    std::optional<ObjectAccess> object = ObjectAccess{7, std::nullopt};
    int looks = 0;

    bool allows(Action action, const Requester& who) {
        AccessRequest request;
        request.action = action;
        request.who = who;
        request.bucket_owner = 7;
        request.bucket = has_documents ? &bucket : nullptr;
        request.resource = action_scope(action) == ActionScope::bucket ? "b" : "b/k";
        request.values = [](std::string_view) { return std::nullopt; };
        request.object = [this] {
            ++looks;
            return object;
        };
        return is_allowed(request);
    }

    void set_policy(const std::string& effect, const std::string& principal, const char* action) {
        bucket.policy =
            Policy::parse(R"({"Statement":{"Effect":")" + effect + R"(","Principal":{"AWS":")" +
                              principal + R"("},"Action":")" + action + R"(","Resource":"*"}})",
                          "b");
    }
};

TEST_CASE("without documents a bucket is its owner's and nobody else's") {
    Scene scene;
    scene.has_documents = false;
    for (const auto& actions :
         {std::span<const Action>(on_bucket), std::span<const Action>(on_objects)}) {
        for (const Action action : actions) {
            CHECK(scene.allows(action, alice));
            CHECK(scene.allows(action, admin));
            CHECK(scene.looks == 0);
            CHECK_FALSE(scene.allows(action, bob));
            CHECK_FALSE(scene.allows(action, nobody));
            scene.looks = 0;
        }
    }
}

TEST_CASE("an object's list counts in a bucket without documents") {
    Scene scene;
    scene.has_documents = false;
    scene.object->acl = canned_acl("public-read", {"a11ce", "a11ce"});
    CHECK(scene.allows(Action::get_object, nobody));
    CHECK_FALSE(scene.allows(Action::put_object, nobody));
    CHECK_FALSE(scene.allows(Action::get_object_acl, bob));
}

TEST_CASE("whoever is known may create buckets and list their own") {
    for (const Action action : {Action::list_all_my_buckets, Action::create_bucket}) {
        AccessRequest request;
        request.action = action;
        request.who = bob;
        CHECK(is_allowed(request));
        request.who = nobody;
        CHECK_FALSE(is_allowed(request));
        request.who.is_admin = true;
        CHECK_FALSE(is_allowed(request));
    }
}

TEST_CASE("a policy gives what it names to whom it names") {
    Scene scene;
    scene.set_policy("Allow", "bob", "s3:GetObject");
    CHECK(scene.allows(Action::get_object, bob));
    CHECK_FALSE(scene.allows(Action::put_object, bob));
    CHECK(scene.looks == 0);
    CHECK_FALSE(scene.allows(Action::get_object, nobody));
}

TEST_CASE("a policy that denies binds the owner, but never keeps the owner from the policy") {
    Scene scene;
    scene.set_policy("Deny", "*", "s3:*");
    CHECK_FALSE(scene.allows(Action::get_object, alice));
    CHECK_FALSE(scene.allows(Action::delete_bucket, alice));
    CHECK(scene.allows(Action::get_bucket_policy, alice));
    CHECK(scene.allows(Action::put_bucket_policy, alice));
    CHECK(scene.allows(Action::delete_bucket_policy, alice));
    CHECK_FALSE(scene.allows(Action::put_bucket_policy, bob));
    CHECK(scene.allows(Action::get_object, admin));
}

TEST_CASE("lists of the bucket decide over names, lists of the object over what is there") {
    Scene scene;
    scene.bucket.acl = canned_acl("public-read-write", {"a11ce", "a11ce"});
    CHECK(scene.allows(Action::list_bucket, nobody));
    CHECK(scene.allows(Action::put_object, nobody));
    CHECK(scene.allows(Action::delete_object, bob));
    CHECK_FALSE(scene.allows(Action::get_object, bob));
    CHECK_FALSE(scene.allows(Action::delete_bucket, bob));
    CHECK_FALSE(scene.allows(Action::put_bucket_acl, bob));

    scene.object->acl = canned_acl("authenticated-read", {"a11ce", "a11ce"});
    CHECK(scene.allows(Action::get_object, bob));
    CHECK_FALSE(scene.allows(Action::get_object, nobody));
    CHECK_FALSE(scene.allows(Action::put_object_acl, bob));
}

TEST_CASE("an object in another's bucket is its writer's to read and share") {
    Scene scene;
    scene.object = ObjectAccess{8, std::nullopt};
    CHECK(scene.allows(Action::get_object, bob));
    CHECK(scene.allows(Action::put_object_acl, bob));
    CHECK_FALSE(scene.allows(Action::get_object, alice));
    CHECK(scene.allows(Action::delete_object, alice));
    CHECK_FALSE(scene.allows(Action::delete_object, bob));

    scene.bucket.ownership = Ownership::bucket_owner_enforced;
    CHECK(scene.allows(Action::get_object, alice));
    CHECK_FALSE(scene.allows(Action::get_object, bob));
}

TEST_CASE("where the owner is enforced lists do not count") {
    Scene scene;
    scene.bucket.acl = canned_acl("public-read", {"a11ce", "a11ce"});
    scene.object->acl = scene.bucket.acl;
    scene.bucket.ownership = Ownership::bucket_owner_enforced;
    CHECK_FALSE(scene.allows(Action::list_bucket, nobody));
    CHECK_FALSE(scene.allows(Action::get_object, nobody));
}

TEST_CASE("public grants can be ignored, public policies restricted to the owner") {
    Scene scene;
    scene.bucket.acl = canned_acl("public-read", {"a11ce", "a11ce"});
    scene.bucket.block.ignore_public_acls = true;
    CHECK_FALSE(scene.allows(Action::list_bucket, bob));

    scene.set_policy("Allow", "*", "s3:GetObject");
    CHECK(scene.allows(Action::get_object, nobody));
    scene.bucket.block.restrict_public_buckets = true;
    CHECK_FALSE(scene.allows(Action::get_object, nobody));
    CHECK_FALSE(scene.allows(Action::get_object, bob));
    CHECK(scene.allows(Action::get_object, alice));
}

TEST_CASE("what is not there is the bucket owner's to look for") {
    Scene scene;
    scene.object.reset();
    CHECK(scene.allows(Action::get_object, alice));
    CHECK_FALSE(scene.allows(Action::get_object, bob));
    CHECK_FALSE(scene.allows(Action::get_object, nobody));
}

}  // namespace
}  // namespace alexander
