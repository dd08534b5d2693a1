#include "store/shared_coherence.h"
#include "store/shared_mount_coherence.h"
#include "tests/unit/store/committer_fixture.h"

#include <doctest/doctest.h>

#include <thread>

using namespace alexander;

namespace {

constexpr catalog::BucketId bucket = 7;

// Time that passes only when told, or by an hour a look once it `runs`.
class TestClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override {
        return std::chrono::nanoseconds(now_.fetch_add(step.load()));
    }

    void advance(std::chrono::nanoseconds by) { now_ += by.count(); }

    std::atomic<std::int64_t> step = 0;

private:
    std::atomic<std::int64_t> now_ = 1;
};

struct Face {
    explicit Face(StoreFolder& folder, TestClock& clock, ProcessRole role)
        : process(folder, {}, role),
          s3(process.page, process.processes, *process.log_sync, clock, process.process),
          mount(process.page, process.processes, process.locks) {}

    StoreProcess process;
    SharedCoherence s3;
    SharedMountCoherence mount;
};

struct Faces {
    StoreFolder folder;
    TestClock clock;
    Face s3d{folder, clock, ProcessRole::s3d};
    Face fuse{folder, clock, ProcessRole::mount};
};

}  // namespace

TEST_CASE("a bucket has one mount, and all of them are one too") {
    Faces faces;
    Face second(faces.folder, faces.clock, ProcessRole::mount);

    CHECK(faces.fuse.mount.serve(bucket));
    CHECK_FALSE(second.mount.serve(bucket));
    CHECK_FALSE(second.mount.serve(0));
    CHECK(second.mount.serve(bucket + 1));
}

TEST_CASE("a bucket whose mount has gone is free") {
    Faces faces;
    {
        Face gone(faces.folder, faces.clock, ProcessRole::mount);
        REQUIRE(gone.mount.serve(bucket));
        std::ignore = gone.mount.queue();
    }

    CHECK(faces.fuse.mount.serve(bucket));
    faces.s3d.s3.before_read(bucket);  // waits for nobody
}

TEST_CASE("a read waits for what the mount had queued, and for no more") {
    Faces faces;
    REQUIRE(faces.fuse.mount.serve(bucket));
    faces.s3d.s3.before_read(bucket);
    const std::uint64_t first = faces.fuse.mount.queue();
    std::atomic<bool> answered = false;

    std::thread reader([&] {
        faces.s3d.s3.before_read(bucket);
        answered = true;
    });
    faces.s3d.s3.before_read(bucket + 1);  // another bucket's
    CHECK_FALSE(answered);
    faces.fuse.mount.done(first);
    reader.join();

    CHECK(answered);
    std::ignore = faces.fuse.mount.queue();
    faces.clock.step = std::chrono::nanoseconds(std::chrono::seconds(4)).count();
    CHECK_THROWS_AS(faces.s3d.s3.before_read(bucket), Error);
}

TEST_CASE("the mount sees an intent until it is lowered") {
    Faces faces;
    REQUIRE(faces.fuse.mount.serve(0));
    CHECK_FALSE(faces.fuse.mount.is_being_written(bucket));

    auto intent = faces.s3d.s3.begin_write(bucket);
    CHECK(faces.fuse.mount.is_being_written(bucket));
    CHECK_FALSE(faces.fuse.mount.is_being_written(bucket + 1));
    std::thread mount([&] { faces.fuse.mount.wait_for_writers(bucket); });
    intent.reset();
    mount.join();

    CHECK_FALSE(faces.fuse.mount.is_being_written(bucket));
}

TEST_CASE("a dead process's intents and queue count for nothing") {
    Faces faces;
    REQUIRE(faces.fuse.mount.serve(bucket));
    SharedWords& words = faces.s3d.process.page.words();
    // What a killed process leaves: a region in use whose byte nobody holds.
    const unsigned dead = faces.s3d.process.processes.used();
    SharedRegion& region = words.regions.at(dead);
    words.used.store(dead + 1);
    region.served_bucket.store(bucket);
    region.queued.store(5);
    region.serving.store(1);
    region.own.at(SharedPage::intent_cell(bucket)).store(1);
    region.state.store(static_cast<std::uint64_t>(RegionState::in_use));
    words.serving.set_bits(std::uint64_t{1} << dead);

    CHECK_FALSE(faces.fuse.mount.is_being_written(bucket));
    faces.s3d.s3.before_read(bucket);
    faces.fuse.mount.applied(1'000'000);
    faces.s3d.s3.after_commit(1'000'000);

    CHECK(words.serving.load() == std::uint64_t{1} << faces.fuse.process.processes.own());
}

TEST_CASE("an answer waits until the mount has applied the commit") {
    Faces faces;
    REQUIRE(faces.fuse.mount.serve(bucket));
    const catalog::CommitSeq seq = faces.s3d.process.committer->commit(insert_user("a"));
    std::atomic<bool> answered = false;

    std::thread writer([&] {
        faces.s3d.s3.after_commit(seq);
        answered = true;
    });
    CHECK(faces.fuse.mount.wait_for_commit(seq - 1));
    CHECK(faces.fuse.mount.committed() == seq);
    CHECK_FALSE(answered);
    faces.fuse.mount.applied(seq);
    writer.join();

    CHECK(answered);
    CHECK_FALSE(faces.fuse.mount.is_lagging());
}

TEST_CASE("a mount that does not answer for a lease is lagging until it has caught up") {
    Faces faces;
    REQUIRE(faces.fuse.mount.serve(bucket));
    const catalog::CommitSeq seq = faces.s3d.process.committer->commit(insert_user("a"));
    faces.clock.step = std::chrono::nanoseconds(std::chrono::seconds(6)).count();
    faces.s3d.s3.after_commit(seq);
    CHECK(faces.fuse.mount.is_lagging());
    faces.clock.step = 0;
    faces.clock.advance(mount_lease);

    faces.s3d.s3.after_commit(seq);  // nobody waits for it

    faces.fuse.mount.applied(seq - 1);
    CHECK(faces.fuse.mount.is_lagging());
    faces.fuse.mount.applied(seq);
    CHECK_FALSE(faces.fuse.mount.is_lagging());
}

TEST_CASE("stop wakes who waits for commits") {
    Faces faces;
    std::thread waiter(
        [&] { CHECK_FALSE(faces.fuse.mount.wait_for_commit(faces.fuse.mount.committed())); });

    faces.fuse.mount.stop();
    waiter.join();
}

TEST_CASE("what is read is durable before it is answered, if it touches the bucket") {
    Faces faces;
    faces.s3d.process.committer->commit(insert_user("a"));
    const int syncs = faces.s3d.process.catalog->syncs;
    {
        // Committed by the other process, which has not synced it yet.
        const auto catalog_lock = faces.fuse.process.locks.lock_catalog();
        const auto transaction = faces.fuse.process.catalog->write();
        catalog::Change change;
        change.kind = catalog::ChangeKind::slot_put;
        change.bucket = bucket;
        transaction->log_change(change);
        transaction->commit();
    }
    const auto snapshot = faces.s3d.process.catalog->read();

    faces.s3d.s3.wait_durable(*snapshot, bucket + 1);
    CHECK(faces.s3d.process.catalog->syncs == syncs);
    faces.fuse.s3.wait_durable(*snapshot, bucket);  // its own change
    CHECK(faces.fuse.process.catalog->syncs == 0);
    faces.s3d.s3.wait_durable(*snapshot, bucket);

    CHECK(faces.s3d.process.catalog->syncs == syncs + 1);
    CHECK(faces.s3d.process.page.words().synced.load() ==
          static_cast<std::uint64_t>(snapshot->commit_seq()));
}

TEST_CASE("a writer and the mount never both believe that they are alone") {
    Faces faces;
    REQUIRE(faces.fuse.mount.serve(bucket));
    // Each counts itself in while it believes to be alone. `queued` without an intent seen is the
    // mount's claim until done(); an intent after begin_write is the writer's.
    std::atomic<int> inside = 0;
    std::atomic<int> clashes = 0;
    const auto claim = [&] {
        if (inside.fetch_add(1) != 0)
            ++clashes;
        std::this_thread::yield();
        inside.fetch_sub(1);
    };

    std::thread mount([&] {
        for (int i = 0; i < 500; ++i) {
            while (true) {
                const std::uint64_t number = faces.fuse.mount.queue();
                if (!faces.fuse.mount.is_being_written(bucket)) {
                    claim();
                    faces.fuse.mount.done(number);
                    break;
                }
                faces.fuse.mount.done(number);
                faces.fuse.mount.wait_for_writers(bucket);
            }
        }
    });
    std::thread writer([&] {
        for (int i = 0; i < 500; ++i) {
            const auto intent = faces.s3d.s3.begin_write(bucket);
            claim();
        }
    });
    mount.join();
    writer.join();

    CHECK(clashes == 0);
}
