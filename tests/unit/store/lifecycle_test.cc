#include "store/lifecycle.h"

#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

using Lines = std::vector<std::string>;

constexpr std::chrono::seconds day{100};

std::string rule(std::string_view inner) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LifecycleConfiguration "
           "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>r</ID><Status>Enabled"
           "</Status>" +
           std::string(inner) + "</Rule></LifecycleConfiguration>";
}

/// A store, days passing in it, and the rules that are tried.
struct Aging : Namespace {
    Aging() { store.files.create_directory("run"); }

    void pass(std::int64_t days) { store.clock.advance_wall(days * day); }

    Lines run(const std::string& document, bool dry_run = false) {
        Lines done;
        LifecycleOptions options;
        options.day = day;
        options.dry_run = dry_run;
        options.note = [&](const LifecycleAction& action) {
            done.push_back(std::string(to_string(action.kind)) + " " + action.key);
        };
        const auto documents = [&](const catalog::Bucket&) { return std::optional(document); };
        const LifecycleReport report = run_lifecycle(engine, documents, options);
        CHECK_FALSE(report.was_busy);
        CHECK(report.actions == done.size());
        return done;
    }
};

TEST_CASE("rules are read as they are stored, disabled ones left out") {
    const auto rules = read_lifecycle_rules(
        "<LifecycleConfiguration><Rule><ID>a&amp;b</ID><Filter><And><Prefix>p&#xD;/</Prefix><Tag>"
        "<Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And>"
        "</Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration>"
        "<NoncurrentVersionExpiration><NoncurrentDays>4</NoncurrentDays><NewerNoncurrentVersions>2"
        "</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>"
        "<Rule><ID>off</ID><Prefix/><Status>Disabled</Status><Expiration><Days>1</Days>"
        "</Expiration></Rule>"
        "<Rule><ID>date</ID><Prefix>x</Prefix><Status>Enabled</Status><Expiration><Date>"
        "2030-01-01T00:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>");

    REQUIRE(rules.size() == 2);
    CHECK(rules[0].id == "a&b");
    CHECK(rules[0].filter.prefix == "p\r/");
    CHECK(rules[0].filter.tags == Tags{{"k", "v"}});
    CHECK(rules[0].filter.larger_than_bytes == 5);
    CHECK(rules[0].expire_after_days == 3);
    CHECK(rules[0].expire_noncurrent_after_days == 4);
    CHECK(rules[0].keep_newest_noncurrent == 2);
    CHECK(rules[1].expire_at == Timestamp{1'893'456'000, 0});
    CHECK_FALSE(rules[1].expire_after_days.has_value());
}

TEST_CASE("conditions beside And hold with those in it") {
    for (const char* order : {"<Prefix>p/</Prefix><And><Prefix>p</Prefix>",
                              "<Prefix>p</Prefix><And><Prefix>p/</Prefix>"}) {
        const auto rules = read_lifecycle_rules(
            rule("<Filter><Tag><Key>a</Key><Value>1</Value></Tag>" + std::string(order) +
                 "<Tag><Key>b</Key><Value>2</Value></Tag></And></Filter>"));
        REQUIRE(rules.size() == 1);
        CHECK(rules[0].filter.prefix == "p/");
        CHECK(rules[0].filter.tags.size() == 2);
    }
}

TEST_CASE("a stored document that is damaged is not guessed at") {
    for (const char* document : {"",
                                 "<LifecycleConfiguration>",
                                 "<LifecycleConfiguration></Other>",
                                 "<Other/>",
                                 "<LifecycleConfiguration/>x",
                                 "<LifecycleConfiguration>&nbsp;</LifecycleConfiguration>"})
        CHECK(
            throws_code(ErrorCode::corrupt, [&] { std::ignore = read_lifecycle_rules(document); }));
}

TEST_CASE("true days end at midnight, days of tests at once") {
    constexpr std::chrono::seconds true_day{86'400};
    CHECK(due_at({1, 0}, 1, true_day) == Timestamp{2 * 86'400, 0});
    CHECK(due_at({86'400, 0}, 1, true_day) == Timestamp{2 * 86'400, 0});
    CHECK(due_at({1, 5}, 2, std::chrono::seconds{10}) == Timestamp{21, 5});
}

TEST_CASE("objects go when their days are over, and only those that fit") {
    Aging store;
    store.put("logs/a", "1");
    store.put("keep/a", "1");
    const std::string document =
        rule("<Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>3</Days></Expiration>");

    store.pass(2);
    store.put("logs/late", "1");
    CHECK(store.run(document).empty());
    store.pass(1);
    CHECK(store.run(document, true) == Lines{"expire logs/a"});
    CHECK(store.get("logs/a") == "1");  // a dry run changes nothing
    CHECK(store.run(document) == Lines{"expire logs/a"});
    CHECK(store.keys() == Lines{"keep/a", "logs/late"});
}

TEST_CASE("tags and sizes choose") {
    Aging store;
    store.put("big", "12345");
    store.put("small", "1");
    store.put("tagged", "1");
    store.objects.set_tags("bucket", "tagged", {}, {{"a", "1"}, {"b", "2"}});
    store.pass(1);

    CHECK(store.run(rule("<Filter><ObjectSizeGreaterThan>4</ObjectSizeGreaterThan></Filter>"
                         "<Expiration><Days>1</Days></Expiration>")) == Lines{"expire big"});
    CHECK(store.run(rule("<Filter><Tag><Key>b</Key><Value>2</Value></Tag></Filter>"
                         "<Expiration><Days>1</Days></Expiration>")) == Lines{"expire tagged"});
    CHECK(store.keys() == Lines{"small"});
}

TEST_CASE("where versions are kept, expiration leaves a marker and the version below it") {
    Aging store;
    store.enable();
    const VersionId version = store.put("k", "1").version;
    store.pass(1);

    const std::string document = rule("<Prefix/><Expiration><Days>1</Days></Expiration>");
    CHECK(store.run(document) == Lines{"expire k"});
    CHECK_FALSE(store.get("k").has_value());
    CHECK(store.get("k", version) == "1");
    store.pass(1);
    CHECK(store.run(document).empty());  // the marker hides a version: it stays
}

TEST_CASE("noncurrent versions are as old as what replaced them, and the newest may be kept") {
    Aging store;
    store.enable();
    const VersionId first = store.put("k", "1").version;
    store.pass(10);
    const VersionId second = store.put("k", "2").version;
    const VersionId third = store.put("k", "3").version;
    const std::string all = rule(
        "<Prefix/><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
        "</NoncurrentVersionExpiration>");
    const std::string but_one = rule(
        "<Prefix/><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
        "<NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>");

    store.pass(1);
    CHECK(store.run(all).empty());
    store.pass(1);
    CHECK(store.run(but_one) == Lines{"expire-noncurrent k"});
    CHECK_FALSE(store.get("k", first).has_value());
    CHECK(store.get("k", second) == "2");
    CHECK(store.run(all) == Lines{"expire-noncurrent k"});
    CHECK(store.get("k", third) == "3");
    CHECK(store.get("k") == "3");
}

TEST_CASE("a version that became current meanwhile is not taken for an old one") {
    Aging store;
    store.enable();
    const VersionId version = store.put("k", "1").version;
    WriteConditions still;
    still.if_noncurrent = true;

    CHECK(throws_code(ErrorCode::precondition_failed, [&] {
        std::ignore = store.objects.remove(store.who, "bucket", "k", version, still);
    }));
    CHECK(store.get("k") == "1");
}

TEST_CASE("a marker with nothing below it goes, others stay") {
    Aging store;
    store.enable();
    const VersionId version = store.put("gone", "1").version;
    store.remove("gone");
    store.put("hidden", "1");
    store.remove("hidden");
    const std::string document = rule(
        "<Prefix/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
        "</Expiration>");

    CHECK(store.run(document).empty());
    store.remove("gone", version);
    CHECK(store.run(document) == Lines{"remove-marker gone"});
    CHECK(store.usage().versions == 2);
}

TEST_CASE("locked versions outlive every rule") {
    Aging store;
    store.enable();
    store.buckets.set_object_lock("bucket", {});
    const VersionId locked = store.put("k", "1").version;
    store.objects.set_legal_hold("bucket", "k", locked, true);
    store.put("k", "2");
    store.pass(5);

    CHECK(store
              .run(rule("<Prefix/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                        "</NoncurrentVersionExpiration>"))
              .empty());
    CHECK(store.get("k", locked) == "1");
}

TEST_CASE("uploads that nobody completes are ended") {
    Aging store;
    const auto old = store.uploads.create(store.who, "bucket", "a", {});
    store.pass(2);
    const auto fresh = store.uploads.create(store.who, "bucket", "b", {});
    const std::string document = rule(
        "<Prefix/><AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>"
        "</AbortIncompleteMultipartUpload>");

    CHECK(store.run(document) == Lines{"abort-upload a"});
    CHECK(throws_code(ErrorCode::no_such_upload,
                      [&] { std::ignore = store.uploads.get("bucket", "a", old); }));
    CHECK(store.uploads.get("bucket", "b", fresh).key == "b");
}

TEST_CASE("one process at a time carries the rules out") {
    Aging store;
    LifecycleOptions options;
    bool inner_was_busy = false;
    const auto documents = [&](const catalog::Bucket&) -> std::optional<std::string> {
        const auto none = [](const catalog::Bucket&) { return std::optional<std::string>(); };
        inner_was_busy = run_lifecycle(store.engine, none, options).was_busy;
        return std::nullopt;
    };

    CHECK_FALSE(run_lifecycle(store.engine, documents, options).was_busy);
    CHECK(inner_was_busy);
}

}  // namespace
}  // namespace alexander
