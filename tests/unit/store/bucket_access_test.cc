#include "store/bucket_access.h"

#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

using Lines = std::vector<std::string>;

/// Writes down what is asked of it, and how far the catalog was then.
class RecordingCoherence final : public Coherence {
public:
    explicit RecordingCoherence(catalog::Catalog& rows) : rows_(rows) {}

    void before_read(catalog::BucketId) override { log.push_back("before_read"); }

    [[nodiscard]] std::unique_ptr<WriteIntent> begin_write(catalog::BucketId bucket) override {
        last_bucket = bucket;
        log.push_back("raise at " + std::to_string(seq()));
        return std::make_unique<Intent>(*this);
    }

    void after_commit(catalog::CommitSeq seq) override {
        log.push_back("applied " + std::to_string(seq));
    }

    void wait_durable(catalog::Snapshot& snapshot, catalog::BucketId) override {
        log.push_back("durable " + std::to_string(snapshot.commit_seq()));
    }

    [[nodiscard]] catalog::CommitSeq seq() { return rows_.read()->commit_seq(); }

    Lines log;
    catalog::BucketId last_bucket = 0;

private:
    class Intent final : public WriteIntent {
    public:
        explicit Intent(RecordingCoherence& owner) : owner_(owner) {}

        ~Intent() override { owner_.log.push_back("lower at " + std::to_string(owner_.seq())); }

        Intent(const Intent&) = delete;
        Intent& operator=(const Intent&) = delete;

    private:
        RecordingCoherence& owner_;
    };

    catalog::Catalog& rows_;
};

struct Observed {
    Namespace store;
    RecordingCoherence coherence{*store.store.rows};
    Engine engine{store.store.files,
                  store.store.clock,
                  store.store.random,
                  store.store.log,
                  *store.store.rows,
                  store.store.committer,
                  store.store.chunks,
                  store.store.keyring,
                  coherence,
                  store.mounts,
                  {std::byte{1}},
                  {}};
    Objects objects{engine};
    Buckets buckets{engine};

    /// What a change between two numbered commits looks like.
    [[nodiscard]] Lines around_commit() {
        const std::string after = std::to_string(coherence.seq());
        return {"raise at " + std::to_string(coherence.seq() - 1),
                "lower at " + after,
                "applied " + after};
    }
};

TEST_CASE("a change raises its intent before the commit and waits for mounts after lowering it") {
    Observed observed;
    NewObject object;
    object.bucket = "bucket";
    object.key = "k";

    std::ignore = observed.objects.put(observed.store.who, object);
    CHECK(observed.coherence.log == observed.around_commit());
    CHECK(observed.coherence.last_bucket == observed.store.row().id);
    observed.coherence.log.clear();
    std::ignore = observed.objects.remove(observed.store.who, "bucket", "k", {}, {});
    CHECK(observed.coherence.log == observed.around_commit());
    observed.coherence.log.clear();
    observed.buckets.set_versioning("bucket", catalog::Versioning::enabled);
    CHECK(observed.coherence.log == observed.around_commit());
    observed.coherence.log.clear();
    std::ignore = observed.objects.remove_many(observed.store.who, "bucket", {{"k", {}}});
    CHECK(observed.coherence.log == observed.around_commit());
}

TEST_CASE("a refused change lowers its intent") {
    Observed observed;
    NewObject object;
    object.bucket = "bucket";
    object.key = "k";
    object.conditions.if_match = "*";

    CHECK(throws_code(ErrorCode::no_such_key,
                      [&] { std::ignore = observed.objects.put(observed.store.who, object); }));

    REQUIRE(observed.coherence.log.size() == 2);
    CHECK(observed.coherence.log[1].starts_with("lower"));
}

TEST_CASE("nothing is answered before the mount's queue and the sync of what was seen") {
    Observed observed;
    const std::string now = std::to_string(observed.coherence.seq());
    const Lines expected{"before_read", "durable " + now};

    std::ignore = observed.objects.find("bucket", "k", {});
    CHECK(observed.coherence.log == expected);
    observed.coherence.log.clear();
    std::ignore = observed.objects.list({"bucket", {}, {}, {}, 10});
    CHECK(observed.coherence.log == expected);
    observed.coherence.log.clear();
    std::ignore = observed.objects.list_versions({"bucket", {}, {}, {}, {}, 10});
    CHECK(observed.coherence.log == expected);
    observed.coherence.log.clear();
    std::ignore = observed.buckets.list(0, {}, {}, 10);
    CHECK(observed.coherence.log == expected);
}

TEST_CASE("attributes are sealed, and none take no room") {
    Namespace store;
    ObjectAttributes attributes;
    attributes.content_type = "text/secret";

    const std::optional<Bytes> sealed = seal_attributes(store.engine, attributes);

    REQUIRE(sealed);
    CHECK(as_text(*sealed).find("secret") == std::string_view::npos);
    CHECK(open_attributes(store.engine.keyring, sealed).content_type == "text/secret");
    CHECK_FALSE(seal_attributes(store.engine, {}));
    Bytes changed = *sealed;
    changed.back() ^= std::byte{1};
    CHECK(throws_code(ErrorCode::corrupt,
                      [&] { std::ignore = open_attributes(store.engine.keyring, changed); }));
}

}  // namespace
}  // namespace alexander
