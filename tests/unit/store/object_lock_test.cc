#include "store/object_lock.h"

#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

constexpr std::int64_t hour = 3600;

struct Locked : Namespace {
    Locked() {
        enable();
        buckets.set_object_lock("bucket", {});
    }

    [[nodiscard]] std::int64_t now() { return engine.clock.now().seconds; }

    VersionId retain(std::string_view key, RetentionMode mode, std::int64_t seconds) {
        return objects.set_retention("bucket", key, {}, {mode, now() + seconds}, Governance::keep)
            .version;
    }

    [[nodiscard]] bool is_refused(std::string_view key,
                                  const VersionId& version,
                                  Governance governance = Governance::keep) {
        return throws_code(ErrorCode::access_denied, [&] {
            std::ignore = objects.remove(who, "bucket", key, version, {}, governance);
        });
    }
};

TEST_CASE("a version under COMPLIANCE is deleted by nobody, and its key may go on") {
    Locked store;
    const VersionId first = store.put("k", "1").version;
    store.retain("k", RetentionMode::compliance, hour);

    CHECK(store.is_refused("k", first));
    CHECK(store.is_refused("k", first, Governance::bypass));
    CHECK(store.remove("k").is_marker);
    const VersionId second = store.put("k", "2").version;
    CHECK_FALSE(store.is_refused("k", second));
    CHECK(store.get("k", first) == "1");
}

TEST_CASE("GOVERNANCE is bypassed only by those who say so") {
    Locked store;
    const VersionId version = store.put("k", "1").version;
    store.retain("k", RetentionMode::governance, hour);

    CHECK(store.is_refused("k", version));
    CHECK_FALSE(store.is_refused("k", version, Governance::bypass));
    CHECK_FALSE(store.get("k", version).has_value());
}

TEST_CASE("a legal hold binds everybody until it is taken off") {
    Locked store;
    const VersionId version = store.put("k", "1").version;
    store.objects.set_legal_hold("bucket", "k", version, true);

    CHECK(store.is_refused("k", version, Governance::bypass));
    store.objects.set_legal_hold("bucket", "k", version, false);
    CHECK_FALSE(store.is_refused("k", version));
}

TEST_CASE("a retention that is over holds nothing") {
    const Retention over{RetentionMode::compliance, 100};

    CHECK(over.holds({99, 0}));
    CHECK_FALSE(over.holds({100, 0}));
}

TEST_CASE("COMPLIANCE is made longer only, GOVERNANCE made weaker by a bypass only") {
    const Timestamp now{1000, 0};
    const auto is_allowed = [&](Retention from, Retention to, Governance governance) {
        return !throws_code(ErrorCode::access_denied,
                            [&] { check_retention_change(from, to, governance, now); });
    };
    const Retention compliance{RetentionMode::compliance, 2000};
    const Retention governance{RetentionMode::governance, 2000};

    CHECK(is_allowed(compliance, {RetentionMode::compliance, 3000}, Governance::keep));
    CHECK_FALSE(is_allowed(compliance, {RetentionMode::compliance, 1999}, Governance::bypass));
    CHECK_FALSE(is_allowed(compliance, {RetentionMode::governance, 3000}, Governance::bypass));
    CHECK_FALSE(is_allowed(compliance, {}, Governance::bypass));
    CHECK(is_allowed(governance, {RetentionMode::governance, 3000}, Governance::keep));
    CHECK_FALSE(is_allowed(governance, {RetentionMode::governance, 1999}, Governance::keep));
    CHECK(is_allowed(governance, {RetentionMode::governance, 1999}, Governance::bypass));
    CHECK_FALSE(is_allowed(governance, {}, Governance::keep));
    CHECK(is_allowed(governance, {}, Governance::bypass));
    CHECK(is_allowed({RetentionMode::compliance, 999}, {}, Governance::keep));
}

TEST_CASE("a new version gets what was asked for, else the bucket's default") {
    Locked store;
    store.buckets.set_object_lock("bucket", {RetentionMode::governance, 0, 2});
    store.put("k", "1");

    const ObjectInfo by_default = store.objects.head("bucket", "k", {});
    CHECK(by_default.lock.retention.mode == RetentionMode::governance);
    CHECK(by_default.lock.retention.until_seconds ==
          by_default.modified.seconds + 2 * 365 * 24 * hour);

    NewObject asked;
    asked.bucket = "bucket";
    asked.key = "asked";
    asked.lock.retention = Retention{RetentionMode::compliance, store.now() + hour};
    asked.lock.legal_hold = true;
    std::ignore = store.objects.put(store.who, std::move(asked));
    const ObjectInfo info = store.objects.head("bucket", "asked", {});
    CHECK(info.lock.retention.mode == RetentionMode::compliance);
    CHECK(info.lock.legal_hold);
}

TEST_CASE("nothing is locked in a bucket without object lock") {
    Namespace store;
    store.enable();
    store.put("k", "1");

    CHECK(throws_code(ErrorCode::invalid_argument,
                      [&] { store.objects.set_legal_hold("bucket", "k", {}, true); }));
    NewObject asked;
    asked.bucket = "bucket";
    asked.key = "asked";
    asked.lock.legal_hold = true;
    CHECK(throws_code(ErrorCode::invalid_argument,
                      [&] { std::ignore = store.objects.put(store.who, std::move(asked)); }));
    CHECK_FALSE(store.get("asked").has_value());
}

TEST_CASE("object lock needs versioning, and keeps it") {
    Namespace store;

    CHECK(
        throws_code(ErrorCode::bucket_state, [&] { store.buckets.set_object_lock("bucket", {}); }));
    store.enable();
    store.buckets.set_object_lock("bucket", {});
    CHECK(throws_code(ErrorCode::bucket_state, [&] { store.suspend(); }));
}

TEST_CASE("a version older than versioning gets its row with its lock") {
    Namespace store;
    store.put("k", "old");
    store.enable();
    store.buckets.set_object_lock("bucket", {});

    const auto changed = store.objects.set_legal_hold("bucket", "k", {}, true);

    CHECK(changed.version.is_null());
    CHECK(store.usage().versions == 1);
    CHECK(throws_code(ErrorCode::access_denied,
                      [&] { std::ignore = store.remove("k", VersionId::null()); }));
    store.put("k", "new");
    CHECK(store.get("k", VersionId::null()) == "old");
    CHECK(store.usage().versions == 2);
}

TEST_CASE("an upload's lock is that of the version it makes") {
    Locked store;
    LockRequest lock;
    lock.legal_hold = true;
    lock.retention = Retention{RetentionMode::governance, store.now() + hour};
    const auto upload = store.uploads.create(store.who, "bucket", "k", {}, lock);
    NewPart part;
    part.bucket = "bucket";
    part.key = "k";
    part.upload = upload;
    part.number = 1;
    part.etag = etag_of("");
    const PartInfo info = store.uploads.put_part(std::move(part));
    CompleteRequest request;
    request.bucket = "bucket";
    request.key = "k";
    request.upload = upload;
    request.parts = {{1, info.etag.to_text(), {}}};

    std::ignore = store.uploads.complete(store.who, request);

    const ObjectInfo object = store.objects.head("bucket", "k", {});
    CHECK(object.lock.legal_hold);
    CHECK(object.lock.retention == *lock.retention);
}

}  // namespace
}  // namespace alexander
