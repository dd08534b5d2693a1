// What S3's policies let the mount's user do.
#include "tests/unit/store/mounted_namespace.h"

#include <doctest/doctest.h>

namespace alexander::files {
namespace {

using catalog::DocumentKind;

struct Bound : MountedNamespace {
    Bound() {
        const catalog::User made = users.create("bob", {});
        bob = {made.id, made.name, made.display_name, made.canonical_id, false};
        put("open/k", "open");
        put("secret/k", "secret");
    }

    /// Statements on `bucket`: effect, action, resource.
    void set_policy(const std::vector<std::array<std::string, 3>>& statements) {
        std::string text;
        for (const auto& [effect, action, resource] : statements)
            text += (text.empty() ? "" : ",") + (R"({"Effect":")" + effect) +
                    R"(","Principal":"*","Action":")" + action + R"(","Resource":"arn:aws:s3:::)" +
                    resource + R"("})";
        buckets.set_document("bucket",
                             DocumentKind::policy,
                             R"({"Version":"2012-10-17","Statement":[)" + text + "]}");
    }

    [[nodiscard]] catalog::Ino ino(std::string_view path) { return slot(path)->ino; }

    [[nodiscard]] bool can_make(catalog::Ino directory, std::string_view name) {
        return !is_refused([&] { std::ignore = tree->names().make(directory, name, {}); });
    }

    [[nodiscard]] bool can_open(catalog::Ino file, OpenFor purpose) {
        return !is_refused([&] {
            tree->data().open(file, purpose);
            tree->data().release(file, purpose);
        });
    }

    /// True for EACCES; what fails otherwise is a fault of the test.
    [[nodiscard]] static bool is_refused(const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            INFO(error.what());
            REQUIRE(error.code() == ErrorCode::access_denied);
            return true;
        }
        return false;
    }

    Identity bob;
};

}  // namespace

TEST_CASE("a user without rights passes directories and learns nothing else") {
    Bound bucket;
    bucket.mount(bucket.bob);
    NameOperations& names = bucket.tree->names();
    const catalog::Ino root = bucket.tree->root();
    const catalog::Ino open = bucket.ino("open/");
    const catalog::Ino file = bucket.ino("open/k");

    CHECK(names.lookup(root, "open"));
    CHECK(bucket.tree->attributes().get(root).kind == catalog::FileKind::directory);
    CHECK(bucket.is_refused([&] { std::ignore = names.lookup(open, "k"); }));
    CHECK(bucket.is_refused([&] { std::ignore = names.lookup(open, "absent"); }));
    CHECK(bucket.is_refused([&] { std::ignore = bucket.tree->attributes().get(file); }));
    CHECK(bucket.is_refused([&] { std::ignore = bucket.list(root); }));
    CHECK(bucket.is_refused([&] { std::ignore = bucket.mkdir(root, "d"); }));
    CHECK(bucket.is_refused([&] { std::ignore = names.link(file, open, "l"); }));
    CHECK(bucket.is_refused([&] { names.unlink(open, "k"); }));
    CHECK(bucket.is_refused([&] { names.rmdir(root, "open"); }));
    CHECK(bucket.is_refused([&] { names.rename({open, "k"}, {root, "k"}, RenameMode::replace); }));
    CHECK(bucket.is_refused([&] { bucket.tree->data().truncate(file, 0); }));
    CHECK(bucket.is_refused([&] {
        std::ignore = bucket.tree->attributes().set(file, {0777, {}, {}, {}, {}, {}, {}});
    }));
    CHECK(bucket.is_refused(
        [&] { bucket.tree->attributes().set_extended(file, "user.a", {}, SetMode::any); }));
    CHECK(bucket.is_refused(
        [&] { std::ignore = bucket.tree->attributes().get_extended(file, "user.s3.etag"); }));
    CHECK_FALSE(bucket.can_make(root, "new"));
    CHECK_FALSE(bucket.can_open(file, OpenFor::reading));
    CHECK_FALSE(bucket.can_open(file, OpenFor::writing));
    CHECK(bucket.get("open/k") == "open");
    CHECK(bucket.keys() == std::vector<std::string>{"open/k", "secret/k"});
}

TEST_CASE("what is denied for one prefix is denied to the owner, there and at once") {
    Bound bucket;
    bucket.mount();
    const catalog::Ino root = bucket.tree->root();
    const catalog::Ino secret = bucket.find("secret")->ino;
    const catalog::Ino file = bucket.find("secret/k")->ino;
    CHECK(bucket.text(file) == "secret");
    bucket.tree->data().open(file, OpenFor::updating);

    bucket.set_policy({{"Deny", "s3:*", "bucket/secret/*"}});
    CHECK(bucket.list(secret).size() == 1);  // as over S3: listing is an action on the bucket
    CHECK_FALSE(bucket.can_open(file, OpenFor::reading));
    CHECK_FALSE(bucket.can_make(secret, "new"));
    const auto truncate = [&](ByHandle by) {
        bucket.tree->data().truncate(file, 6, by);
        AttributeChange change;
        change.size_bytes = 6;
        change.by_handle = by == ByHandle::yes;
        std::ignore = bucket.tree->attributes().set(file, change);
    };
    CHECK(bucket.is_refused([&] { truncate(ByHandle::no); }));
    bucket.tree->data().write(file, 0, as_bytes("SECRET"));  // by handles that were open before
    truncate(ByHandle::yes);
    bucket.tree->data().release(file, OpenFor::updating);
    CHECK(bucket.get("secret/k") == "SECRET");
    CHECK(bucket.is_refused([&] { bucket.tree->names().unlink(secret, "k"); }));
    bucket.write(root, "free", "free");
    CHECK(bucket.is_refused([&] {
        bucket.tree->names().rename({root, "free"}, {secret, "free"}, RenameMode::replace);
    }));
    CHECK(bucket.is_refused([&] {
        bucket.tree->names().rename({secret, "k"}, {root, "k"}, RenameMode::replace);
    }));
    CHECK(bucket.is_refused([&] {
        bucket.tree->names().rename({root, "free"}, {secret, "k"}, RenameMode::exchange);
    }));
    CHECK(throws_code(ErrorCode::cross_device, [&] {
        bucket.tree->names().rename({root, "secret"}, {root, "mine"}, RenameMode::replace);
    }));
    CHECK(bucket.text(bucket.find("open/k")->ino) == "open");

    bucket.buckets.set_document("bucket", DocumentKind::policy, std::nullopt);
    CHECK(bucket.text(file) == "SECRET");
    bucket.tree->names().rename({root, "secret"}, {root, "mine"}, RenameMode::replace);
    CHECK(bucket.find("mine/k"));
}

TEST_CASE("keys are known while names are queued, moved and linked") {
    Bound bucket;
    bucket.set_policy(
        {{"Deny", "s3:PutObject", "bucket/a/b/no*"}, {"Deny", "s3:GetObject", "bucket/a/b/no*"}});
    bucket.mount();
    const catalog::Ino root = bucket.tree->root();
    const catalog::Ino b = bucket.mkdir(bucket.mkdir(root, "a"), "b");

    CHECK_FALSE(bucket.can_make(b, "no"));
    CHECK(bucket.can_make(b, "yes"));
    const catalog::Ino file = bucket.write(b, "file", "body");
    CHECK(bucket.is_refused([&] { std::ignore = bucket.tree->names().link(file, b, "no"); }));
    CHECK(bucket.is_refused([&] {
        bucket.tree->names().rename({b, "file"}, {b, "not"}, RenameMode::replace);
    }));
    bucket.tree->names().rename({b, "file"}, {root, "no"}, RenameMode::replace);
    CHECK(bucket.text(file) == "body");

    // A file is written under each of its names, and read by any.
    std::ignore = bucket.tree->names().link(file, b, "second");
    bucket.set_policy(
        {{"Deny", "s3:PutObject", "bucket/no"}, {"Deny", "s3:GetObject", "bucket/no"}});
    CHECK(bucket.can_open(file, OpenFor::reading));
    CHECK_FALSE(bucket.can_open(file, OpenFor::writing));
    bucket.tree->names().unlink(root, "no");
    CHECK(bucket.can_open(file, OpenFor::writing));
}

TEST_CASE("an object stays its owner's however a mount changes it") {
    Bound bucket;
    bucket.set_policy({{"Allow", "s3:*", "bucket/*"}, {"Allow", "s3:*", "bucket"}});
    bucket.mount(bucket.bob);
    const catalog::Ino root = bucket.tree->root();
    const auto rename = [&](std::string_view from, std::string_view to, RenameMode mode) {
        bucket.tree->names().rename({root, from}, {root, to}, mode);
    };
    const auto owner = [&](std::string_view key) { return bucket.slot(key)->object.owner; };
    bucket.put("hers", "hers");
    const catalog::UserId alice = bucket.who.user;
    const catalog::UserId bob = bucket.bob.user;

    const catalog::Ino hers = bucket.write(root, "hers", "written");
    bucket.write(root, "hers", "again");
    CHECK(owner("hers") == alice);
    bucket.write(root, "his", "his");
    bucket.write(root, "his", "again");
    CHECK(owner("his") == bob);

    rename("hers", "moved", RenameMode::replace);
    std::ignore = bucket.tree->names().link(hers, root, "linked");
    CHECK(owner("moved") == alice);
    CHECK(owner("linked") == alice);
    rename("moved", "his", RenameMode::exchange);
    CHECK(owner("moved") == bob);
    CHECK(owner("his") == alice);
    bucket.tree->names().unlink(root, "linked");
    bucket.mkdir(root, "d");
    rename("his", "d", RenameMode::exchange);
    CHECK(owner("d") == alice);
    bucket.write(root, "d", "after all");
    CHECK(owner("d") == alice);
}

TEST_CASE(
    "what an administrator makes, and all where ownership is enforced, is the bucket's owner's") {
    Bound bucket;
    const auto made_by = [&](const Identity& user, std::string_view name) {
        bucket.mount(user);
        bucket.write(bucket.tree->root(), name, "body");
        return bucket.slot(name)->object.owner;
    };
    Identity admin = bucket.bob;
    admin.is_admin = true;
    CHECK(made_by(admin, "by admin") == bucket.who.user);

    bucket.set_policy({{"Allow", "s3:*", "bucket/*"}, {"Allow", "s3:*", "bucket"}});
    CHECK(made_by(bucket.bob, "by bob") == bucket.bob.user);
    bucket.buckets.set_document("bucket",
                                DocumentKind::ownership,
                                "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced"
                                "</ObjectOwnership></Rule></OwnershipControls>");
    CHECK(made_by(bucket.bob, "enforced") == bucket.who.user);
    CHECK(made_by(bucket.bob, "by bob") == bucket.bob.user);
}

TEST_CASE("who may only write makes and replaces files without reading any") {
    Bound bucket;
    bucket.set_policy({{"Allow", "s3:PutObject", "bucket/open/*"}});
    bucket.mount(bucket.bob);
    const catalog::Ino open = bucket.find("open")->ino;

    CHECK_FALSE(bucket.tree->names().lookup(open, "new"));
    const catalog::Ino made = bucket.tree->names().make(open, "new", {}).ino;
    bucket.tree->data().open_new(made, OpenFor::updating);
    bucket.tree->data().write(made, 0, as_bytes("body"));
    CHECK(as_text(bucket.tree->data().read(made, 0, 100)) == "body");
    bucket.tree->data().flush(made);
    bucket.tree->data().release(made, OpenFor::updating);
    bucket.write(open, "k", "replaced");

    CHECK_FALSE(bucket.can_open(bucket.ino("open/k"), OpenFor::updating));
    CHECK_FALSE(bucket.can_make(bucket.ino("secret/"), "new"));
    CHECK(bucket.is_refused([&] { bucket.tree->names().unlink(open, "new"); }));
    CHECK(bucket.get("open/new") == "body");
    CHECK(bucket.get("open/k") == "replaced");
}

TEST_CASE("a disabled user loses the mount at once, but nothing that was written") {
    Bound bucket;
    bucket.mount();
    const catalog::Ino root = bucket.tree->root();
    const catalog::Ino file = bucket.write(root, "k", "before");
    bucket.tree->data().open(file, OpenFor::writing);
    bucket.tree->data().write(file, 0, as_bytes("behind"));

    bucket.users.set_enabled("alice", false);
    NameOperations& names = bucket.tree->names();
    CHECK(bucket.is_refused([&] { std::ignore = names.lookup(root, "k"); }));
    CHECK(bucket.is_refused([&] { std::ignore = names.lookup(root, "absent"); }));
    CHECK(bucket.is_refused([&] { std::ignore = bucket.list(root); }));
    CHECK(bucket.is_refused([&] { names.unlink(root, "k"); }));
    CHECK(bucket.is_refused([&] { std::ignore = bucket.mkdir(root, "d"); }));
    CHECK_FALSE(bucket.can_make(root, "new"));
    CHECK_FALSE(bucket.can_open(file, OpenFor::reading));
    CHECK(bucket.tree->attributes().get(file).size_bytes == 6);
    CHECK(bucket.tree->attributes().get(root).ino == root);
    bucket.tree->data().flush(file);
    bucket.tree->data().release(file, OpenFor::writing);
    CHECK(bucket.get("k") == "behind");
    CHECK(bucket.is_refused([&] { std::ignore = bucket.tree->attributes().get(file); }));

    bucket.users.set_enabled("alice", true);
    CHECK(bucket.text(file) == "behind");
}

TEST_CASE("a removed user is nobody's user") {
    Bound bucket;
    bucket.set_policy({{"Allow", "s3:GetObject", "bucket/*"}});
    bucket.mount(bucket.bob);
    CHECK(bucket.text(bucket.find("open/k")->ino) == "open");

    bucket.users.remove("bob");
    CHECK(bucket.is_refused([&] { std::ignore = bucket.find("open"); }));
}

TEST_CASE("blocks, owners and lists count in the mount as they do over S3") {
    Bound bucket;
    const auto set = [&](DocumentKind kind, const std::string& body) {
        bucket.buckets.set_document("bucket", kind, body);
    };
    const auto block = [&](const std::string& flag) {
        std::string text;
        for (const std::string name :
             {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"})
            text += "<" + name + ">" + (name == flag ? "true" : "false") + "</" + name + ">";
        set(DocumentKind::public_access_block,
            "<PublicAccessBlockConfiguration>" + text + "</PublicAccessBlockConfiguration>");
    };
    const auto own = [&](const std::string& rule) {
        set(DocumentKind::ownership,
            "<OwnershipControls><Rule><ObjectOwnership>" + rule +
                "</ObjectOwnership></Rule></OwnershipControls>");
    };
    bucket.set_policy({{"Allow", "s3:GetObject", "bucket/open/*"}});
    ObjectAttributes attributes;
    attributes.acl = "READ group:AuthenticatedUsers\n";
    bucket.put("secret/shared", "shared", attributes);
    bucket.mount(bucket.bob);
    const catalog::Ino by_policy = bucket.ino("open/k");
    const catalog::Ino by_list = bucket.ino("secret/shared");
    const auto can_read = [&](catalog::Ino ino) { return bucket.can_open(ino, OpenFor::reading); };

    CHECK(can_read(by_policy));
    CHECK(can_read(by_list));
    CHECK_FALSE(can_read(bucket.ino("secret/k")));
    block("BlockPublicPolicy");
    CHECK(can_read(by_policy));
    CHECK(can_read(by_list));
    block("RestrictPublicBuckets");
    CHECK_FALSE(can_read(by_policy));
    block("IgnorePublicAcls");
    CHECK(can_read(by_policy));
    CHECK_FALSE(can_read(by_list));
    block("");
    own("ObjectWriter");
    CHECK(can_read(by_list));
    own("BucketOwnerEnforced");
    CHECK_FALSE(can_read(by_list));
    CHECK(can_read(by_policy));
}

TEST_CASE("a directory moves where its keys are all treated alike") {
    Bound bucket;
    bucket.set_policy({{"Allow", "s3:*", "bucket/*"}, {"Allow", "s3:*", "bucket"}});
    bucket.mount(bucket.bob);
    const catalog::Ino root = bucket.tree->root();
    const auto move = [&](std::string_view from, std::string_view to) {
        bucket.tree->names().rename({root, from}, {root, to}, RenameMode::replace);
    };

    move("open", "moved");
    CHECK(bucket.text(bucket.find("moved/k")->ino) == "open");
    bucket.set_policy({{"Allow", "s3:PutObject", "bucket/*"}});
    CHECK(bucket.is_refused([&] { move("moved", "again"); }));
    bucket.set_policy(
        {{"Allow", "s3:PutObject", "bucket/*"}, {"Allow", "s3:DeleteObject", "bucket/*"}});
    CHECK(throws_code(ErrorCode::cross_device, [&] { move("moved", "again"); }));
    CHECK(bucket.get("moved/k") == "open");
}

}  // namespace alexander::files
