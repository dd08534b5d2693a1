#include "store/shared_coherence.h"

#include "base/error.h"
#include "catalog/change_log.h"

#include <algorithm>

namespace alexander {

namespace {

class RaisedIntent final : public WriteIntent {
public:
    RaisedIntent(SharedWord& cell, SharedEvent& progress) : cell_(cell), progress_(progress) {
        cell_.add(1);
    }

    ~RaisedIntent() override {
        cell_.subtract(1);
        progress_.signal();
    }

    RaisedIntent(const RaisedIntent&) = delete;
    RaisedIntent& operator=(const RaisedIntent&) = delete;

private:
    SharedWord& cell_;
    SharedEvent& progress_;
};

}  // namespace

bool SharedCoherence::is_other_mount(unsigned region) {
    const std::uint64_t mounts = page_.words().serving.load();
    return region != processes_.own() && (mounts >> region & 1U) != 0;
}

bool SharedCoherence::serves(unsigned region, catalog::BucketId bucket) {
    if (!is_other_mount(region))
        return false;
    const std::uint64_t served = page_.region(region).served_bucket.load();
    return served == 0 || bucket == 0 || served == static_cast<std::uint64_t>(bucket);
}

void SharedCoherence::before_read(catalog::BucketId bucket) {
    const std::chrono::nanoseconds deadline = clock_.monotonic() + mount_lease;
    for (unsigned region = 0; region < processes_.used(); ++region) {
        if (serves(region, bucket))
            wait_for_queue(region, deadline);
    }
}

// Exactly the number found on arrival: later operations of the mount began after this request.
void SharedCoherence::wait_for_queue(unsigned region, std::chrono::nanoseconds deadline) {
    SharedRegion& mount = page_.region(region);
    const std::uint64_t queued = mount.queued.load();
    while (true) {
        const std::uint32_t seen = page_.words().progress_event.value();
        if (mount.done.load() >= queued || !is_other_mount(region) || !processes_.is_alive(region))
            return;
        if (clock_.monotonic() >= deadline)
            throw Error(ErrorCode::busy, "the mount has not stored its changes yet");
        page_.words().progress_event.wait(seen, liveness_interval);
    }
}

std::unique_ptr<WriteIntent> SharedCoherence::begin_write(catalog::BucketId bucket) {
    // Raised before the mount's number is read; the mount raises its number before it reads the
    // intent. All four are sequentially consistent: at least one side sees the other.
    auto intent = std::make_unique<RaisedIntent>(
        processes_.own_region().own.at(SharedPage::intent_cell(bucket)),
        page_.words().progress_event);
    before_read(bucket);
    return intent;
}

void SharedCoherence::after_commit(catalog::CommitSeq seq) {
    for (unsigned region = 0; region < processes_.used(); ++region) {
        if (is_other_mount(region))
            wait_for_applied(region, seq);
    }
}

// A mount that took longer than a lease trusts nothing from before; nobody waits for it again until
// it has caught up, but what its kernel was told until then is good for a lease from the mark on.
void SharedCoherence::wait_for_applied(unsigned region, catalog::CommitSeq seq) {
    SharedRegion& mount = page_.region(region);
    const std::chrono::nanoseconds begin = clock_.monotonic();
    while (true) {
        const std::uint32_t seen = page_.words().progress_event.value();
        if (mount.applied.load() >= static_cast<std::uint64_t>(seq) || !is_other_mount(region) ||
            !processes_.is_alive(region))
            return;
        const std::chrono::nanoseconds now = clock_.monotonic();
        const auto lagging = static_cast<std::int64_t>(mount.lagging_since.load());
        if (lagging != 0 && now.count() >= lagging + mount_lease.count())
            return;
        if (now >= begin + mount_lease) {
            if (lagging == 0)
                mount.lagging_since.store(static_cast<std::uint64_t>(now.count()));
            return;
        }
        page_.words().progress_event.wait(seen, liveness_interval);
    }
}

void SharedCoherence::wait_durable(catalog::Snapshot& snapshot, catalog::BucketId bucket) {
    const auto synced = static_cast<catalog::CommitSeq>(page_.words().synced.load());
    if (snapshot.commit_seq() <= synced)
        return;
    const bool is_mount =
        processes_.own_region().role.load() == static_cast<std::uint64_t>(ProcessRole::mount);
    // A mount may see its own changes early: its memory shows them anyway.
    const catalog::ProcessId* except = is_mount ? &process_ : nullptr;
    if (bucket != 0 && !catalog::bucket_changed(snapshot, synced, bucket, except))
        return;
    log_sync_.sync_through(snapshot.commit_seq());
}

}  // namespace alexander
