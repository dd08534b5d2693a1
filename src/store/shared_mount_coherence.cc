#include "store/shared_mount_coherence.h"

#include "store/shared_coherence.h"

namespace alexander {

bool SharedMountCoherence::is_served_elsewhere(catalog::BucketId bucket) {
    for (unsigned region = 0; region < processes_.used(); ++region) {
        SharedRegion& other = page_.region(region);
        if (region == processes_.own() || other.serving.load() == 0)
            continue;
        const std::uint64_t served = other.served_bucket.load();
        const bool overlaps =
            bucket == 0 || served == 0 || served == static_cast<std::uint64_t>(bucket);
        if (overlaps && processes_.is_alive(region))
            return true;
    }
    return false;
}

bool SharedMountCoherence::serve(catalog::BucketId bucket) {
    // The catalog lock lets one process at a time look and then register.
    const auto catalog_lock = locks_.lock_catalog();
    if (is_served_elsewhere(bucket))
        return false;
    SharedRegion& own = processes_.own_region();
    own.served_bucket.store(static_cast<std::uint64_t>(bucket));
    own.applied.store(page_.words().committed.load());  // nothing is cached yet
    own.serving.store(1);
    page_.words().serving.set_bits(std::uint64_t{1} << processes_.own());
    return true;
}

std::uint64_t SharedMountCoherence::queue() {
    return processes_.own_region().queued.add(1);
}

void SharedMountCoherence::done(std::uint64_t number) {
    processes_.own_region().done.raise(number);
    page_.words().progress_event.signal();
}

bool SharedMountCoherence::is_being_written(catalog::BucketId bucket) const {
    const std::size_t cell = SharedPage::intent_cell(bucket);
    for (unsigned region = 0; region < processes_.used(); ++region) {
        if (region != processes_.own() && page_.region(region).own.at(cell).load() != 0 &&
            processes_.is_alive(region))
            return true;
    }
    return false;
}

void SharedMountCoherence::wait_for_writers(catalog::BucketId bucket) {
    while (true) {
        const std::uint32_t seen = page_.words().progress_event.value();
        if (!is_being_written(bucket))
            return;
        page_.words().progress_event.wait(seen, liveness_interval);
    }
}

catalog::CommitSeq SharedMountCoherence::committed() const {
    return static_cast<catalog::CommitSeq>(page_.words().committed.load());
}

void SharedMountCoherence::applied(catalog::CommitSeq seq) {
    SharedRegion& own = processes_.own_region();
    own.applied.raise(static_cast<std::uint64_t>(seq));
    if (own.lagging_since.load() != 0 && seq >= committed())
        own.lagging_since.store(0);
    page_.words().progress_event.signal();
}

bool SharedMountCoherence::is_lagging() const {
    return processes_.own_region().lagging_since.load() != 0;
}

bool SharedMountCoherence::wait_for_commit(catalog::CommitSeq seq) {
    while (!stopped_.load()) {
        const std::uint32_t seen = page_.words().commit_event.value();
        if (committed() > seq)
            return true;
        if (stopped_.load())
            break;
        page_.words().commit_event.wait(seen, std::chrono::seconds(1));
    }
    return false;
}

void SharedMountCoherence::stop() {
    stopped_.store(true);
    page_.words().commit_event.signal();
}

}  // namespace alexander
