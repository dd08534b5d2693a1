// Bringing back what was: by undelete and by time.
#include "store/revert.h"

#include "tests/unit/store/mounted_namespace.h"

#include <doctest/doctest.h>

#include <random>

namespace alexander {
namespace {

using files::MountedNamespace;
using Bodies = std::map<std::string, std::string>;

struct Restored : MountedNamespace {
    Restored() { enable(); }

    RevertReport back_to(std::int64_t second, std::string_view key = {}, bool dry_run = false) {
        RevertOptions options = options_for(key, RevertOptions::Reach::tree);
        options.dry_run = dry_run;
        return restore_at(engine, who, {second, 0}, options);
    }

    RevertReport bring(std::string_view key, RevertOptions::Reach reach) {
        return undelete(engine, who, options_for(key, reach));
    }

    [[nodiscard]] Bodies now() {
        Bodies bodies;
        for (const std::string& key : keys())
            bodies[key] = *get(key);
        return bodies;
    }

    /// Every version and marker that there is.
    [[nodiscard]] std::set<std::string> history() {
        ListVersionsRequest request;
        request.bucket = "bucket";
        request.max_entries = 100'000;
        std::set<std::string> versions;
        for (const ObjectInfo& version : objects.list_versions(request).versions)
            versions.insert(version.key + " " + version.version.to_text());
        return versions;
    }

    std::vector<std::string> steps;
    std::function<void(std::int64_t)> progress;

private:
    RevertOptions options_for(std::string_view key, RevertOptions::Reach reach) {
        RevertOptions options;
        options.bucket = "bucket";
        options.key = key;
        options.reach = reach;
        steps.clear();
        options.progress = progress;
        options.note = [this](const RevertStep& step) {
            steps.push_back(std::string(to_string(step.kind)) + " " + step.key);
        };
        return options;
    }
};

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("undelete takes every marker off, and the last version is what it was") {
    Restored store;
    const PutResult put = store.put("d/k", "body");
    store.remove("d/k");
    store.remove("d/k");
    const std::int64_t bytes = store.usage().bytes;

    const RevertReport report = store.bring("d/k", RevertOptions::Reach::key);

    CHECK(report.undeleted == 1);
    CHECK(report.bytes == 4);
    CHECK(store.get("d/k") == "body");
    CHECK(store.objects.head("bucket", "d/k", std::nullopt).version.to_text() ==
          put.version.to_text());
    CHECK(store.history() == std::set<std::string>{"d/k " + put.version.to_text()});
    CHECK(store.usage().bytes == bytes);
    CHECK(store.bring("d/k", RevertOptions::Reach::key).undeleted == 0);
}

TEST_CASE("a tree comes back without what only begins like it") {
    Restored store;
    for (const std::string key : {"docs", "docs-old", "docs/a", "docs/b/c", "docs0", "other"}) {
        store.put(key, "body");
        store.remove(key);
    }
    store.remove("docs/ghost");  // a marker without a version

    const RevertReport report = store.bring("docs", RevertOptions::Reach::tree);

    CHECK(store.steps == Steps{"undelete docs", "undelete docs/a", "undelete docs/b/c"});
    CHECK(report.undeleted == 3);
    CHECK(store.keys() == std::vector<std::string>{"docs", "docs/a", "docs/b/c"});
    CHECK(store.bring("docs/", RevertOptions::Reach::tree).undeleted == 0);
    CHECK(store.bring("", RevertOptions::Reach::tree).undeleted == 3);
}

TEST_CASE("a restore adds versions and markers, and a second one nothing") {
    Restored store;
    ObjectAttributes attributes;
    attributes.content_type = "text/plain";
    store.put("changed", "old", attributes);
    store.put("deleted", "was");
    store.put("same", "same");
    const std::int64_t then = store.now_s();
    store.pass(10);
    store.put("changed", "new");
    store.remove("deleted");
    store.put("later", "later");
    store.pass(10);
    const Bodies before = store.now();
    const std::set<std::string> history = store.history();

    const RevertReport tried = store.back_to(then, "", true);
    CHECK(store.steps == Steps{"bring_back changed", "bring_back deleted", "remove later"});
    CHECK(store.now() == before);
    CHECK(store.history() == history);

    const RevertReport report = store.back_to(then);

    CHECK(report.brought_back == tried.brought_back);
    CHECK(report.removed == 1);
    CHECK(store.now() == Bodies{{"changed", "old"}, {"deleted", "was"}, {"same", "same"}});
    CHECK(store.objects.head("bucket", "changed", std::nullopt).attributes->content_type ==
          "text/plain");
    const std::set<std::string> after = store.history();
    CHECK(std::includes(after.begin(), after.end(), history.begin(), history.end()));
    CHECK(after.size() == history.size() + 3);
    store.pass(10);
    CHECK(store.back_to(then).brought_back == 0);
    CHECK(store.steps.empty());
    CHECK(store.history() == after);

    // And forward again: a restore is undone by another.
    store.back_to(then + 15);
    CHECK(store.now() == before);
}

TEST_CASE("a restore shares the content: nothing is stored again") {
    Restored store;
    store.put("k", std::string(100'000, 'x'));
    const std::int64_t then = store.now_s();
    store.pass(1);
    store.remove("k");
    const std::size_t records = store.store.committer.stored_records();

    store.back_to(then);

    CHECK(store.get("k")->size() == 100'000);
    CHECK(store.store.committer.stored_records() == records);
}

TEST_CASE("mode, owner and attributes of a file come back, and links are links again") {
    Restored store;
    store.mount();
    const catalog::Ino root = store.tree->root();
    const catalog::Ino ino = store.write(root, "f", "old");
    files::AttributeChange change;
    change.mode = 0604;
    change.uid = 1234;
    change.mtime = Timestamp{1000, 7};
    std::ignore = store.tree->attributes().set(ino, change);
    store.tree->attributes().set_extended(ino, "user.a", as_bytes("value"), files::SetMode::any);
    files::NameOperations::NewNode link;
    link.kind = catalog::FileKind::symlink;
    link.symlink_target = "f";
    std::ignore = store.tree->names().make(root, "link", link);
    store.pass(100);
    const std::int64_t then = store.now_s();
    store.pass(100);
    store.tree->names().unlink(root, "f");
    store.tree->names().unlink(root, "link");

    store.back_to(then);

    const auto found = store.find("f");
    REQUIRE(found.has_value());
    CHECK(store.text(found->ino) == "old");
    CHECK(found->mode == 0604);
    CHECK(found->uid == 1234);
    CHECK(found->mtime == Timestamp{1000, 7});
    CHECK(as_text(store.tree->attributes().get_extended(found->ino, "user.a")) == "value");
    CHECK(store.tree->names().readlink(store.find("link")->ino) == "f");
}

TEST_CASE("what may have been there unrecorded is not removed") {
    MountedNamespace store;
    store.put("k", "first");
    const std::int64_t then = store.now_s();
    store.pass(10);
    store.put("k", "second");  // versioning is off: the first is gone
    store.enable();
    store.put("new", "new");
    RevertOptions options;
    options.bucket = "bucket";
    options.reach = RevertOptions::Reach::tree;

    const RevertReport report = restore_at(store.engine, store.who, {then, 0}, options);

    CHECK(report.kept == 1);
    CHECK(report.removed == 1);
    CHECK(store.get("k") == "second");
    CHECK_FALSE(store.get("new"));
}

TEST_CASE("what a null version replaced unrecorded is not made up from older versions") {
    Restored store;
    store.put("k", "first");
    store.pass(10);
    store.suspend();
    store.put("k", "second");
    const std::int64_t then = store.now_s();
    store.pass(10);
    store.put("k", "third");  // the second is gone
    store.enable();
    store.pass(10);

    CHECK(store.back_to(then).kept == 1);
    CHECK(store.steps == Steps{"keep k"});
    CHECK(store.get("k") == "third");

    store.put("k", "fourth");
    CHECK(store.back_to(then).kept == 1);
    CHECK(store.back_to(then + 15).brought_back == 1);
    CHECK(store.get("k") == "third");
}

TEST_CASE("a restore that was cut off is begun again") {
    Restored store;
    constexpr int keys = 600;
    const auto key = [](int number) { return "k" + std::to_string(1000 + number); };
    for (int number = 0; number < keys; ++number)
        store.put(key(number), "old");
    const std::int64_t then = store.now_s();
    store.pass(10);
    for (int number = 0; number < keys; ++number)
        store.put(key(number), "new");
    store.pass(10);

    store.progress = [](std::int64_t looked_at) {
        if (looked_at == keys)
            throw Error(ErrorCode::busy, "cut off");
    };
    CHECK(throws_code(ErrorCode::busy, [&] { store.back_to(then); }));
    CHECK(store.get(key(0)) == "old");
    CHECK(store.get(key(keys - 1)) == "new");

    store.progress = nullptr;
    CHECK(store.back_to(then).brought_back == 100);
    for (int number = 0; number < keys; ++number)
        REQUIRE(store.get(key(number)) == "old");
    CHECK(store.usage().versions == 3 * keys);
}

TEST_CASE("who changes a key meanwhile wins, and a version that is deleted for good stays so") {
    Restored store;
    VersionId gone = VersionId::null();
    for (const std::string key : {"a", "b", "c"})
        gone = store.put(key, "old").version;
    store.put("shares the content", "old");
    const std::int64_t then = store.now_s();
    store.pass(10);
    for (const std::string key : {"a", "b", "c"})
        store.put(key, "new");
    store.progress = [&](std::int64_t) {
        store.put("b", "newer");
        store.remove("c", gone);
    };

    const RevertReport report = store.back_to(then);

    CHECK(report.brought_back == 1);
    CHECK(report.refused == 2);
    CHECK(store.steps == Steps{"bring_back a", "refuse b", "refuse c"});
    CHECK(store.get("b") == "newer");
    CHECK(store.get("c") == "new");
}

TEST_CASE("locks stay on what they lock, and a default one binds what comes back") {
    Restored store;
    store.buckets.set_object_lock("bucket", {RetentionMode::compliance, 1, 0});
    const VersionId first = store.put("k", "old").version;
    const std::int64_t then = store.now_s();
    store.pass(10);
    const VersionId second = store.put("k", "new").version;
    const VersionId later = store.put("later", "later").version;

    CHECK(store.back_to(then).refused == 0);

    const ObjectInfo back = store.objects.head("bucket", "k", std::nullopt);
    CHECK(store.get("k") == "old");
    CHECK(back.lock.retention.mode == RetentionMode::compliance);
    CHECK_FALSE(store.get("later"));
    for (const auto& [key, version] :
         {std::pair{"k", first}, {"k", second}, {"k", back.version}, {"later", later}})
        CHECK(throws_code(ErrorCode::access_denied, [&] { store.remove(key, version); }));
}

TEST_CASE("a bucket whose versions would be replaced is not restored") {
    Namespace store;
    store.put("k", "body");
    RevertOptions options;
    options.bucket = "bucket";
    const auto restore = [&] {
        std::ignore = restore_at(store.engine, store.who, store.store.clock.now(), options);
    };

    CHECK(throws_code(ErrorCode::bucket_state, restore));
    store.suspend();
    CHECK(throws_code(ErrorCode::bucket_state, restore));
    store.enable();
    restore();
    options.bucket = "absent";
    CHECK(throws_code(ErrorCode::no_such_bucket, restore));
}

TEST_CASE("over the quota keys are refused one by one") {
    Restored store;
    store.put("a", "12345");
    store.put("b", "12345");
    const std::int64_t then = store.now_s();
    store.pass(1);
    store.remove("a");
    store.remove("b");
    store.buckets.set_quota("bucket", 16, 0);

    const RevertReport report = store.back_to(then);

    CHECK(report.brought_back == 1);
    CHECK(report.refused == 1);
    CHECK(store.steps == Steps{"bring_back a", "refuse b"});
    CHECK(store.get("a") == "12345");
}

TEST_CASE("a restore goes back to any moment of a random history") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    Restored store;
    std::vector<std::pair<std::int64_t, Bodies>> states;
    for (int step = 0; step < 60; ++step) {
        std::string key;
        for (std::size_t size = 1 + random() % 4; key.size() < size;)
            key += "ab/\xff"[random() % 4];
        if (random() % 3 == 0)
            store.remove(key);
        else
            store.put(key, std::to_string(step));
        states.emplace_back(store.now_s(), store.now());
        store.pass(2);
    }

    for (int round = 0; round < 8; ++round) {
        const auto& [second, expected] = states[random() % states.size()];
        CAPTURE(second);
        const std::set<std::string> history = store.history();
        store.back_to(second + 1);
        CHECK(store.now() == expected);
        const std::set<std::string> after = store.history();
        CHECK(std::includes(after.begin(), after.end(), history.begin(), history.end()));
        store.pass(2);
    }
}

}  // namespace alexander
