// A store without threads for tests of what is built on Engine: a real catalog in a scratch folder,
// and a committer that commits on the caller's thread.
#pragma once

#include "base/clock.h"
#include "base/logging.h"
#include "base/posix_file_system.h"
#include "blob/pack_writer.h"
#include "store/chunk_store.h"
#include "store/engine.h"
#include "tests/unit/scratch_directory.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>

namespace alexander {

/// Stands still until told otherwise.
class ManualClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {1'700'000'000 + passed_.count(), 0}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override { return monotonic_; }

    void advance(std::chrono::nanoseconds by) { monotonic_ += by; }

    void advance_wall(std::chrono::seconds by) { passed_ += by; }

private:
    std::chrono::seconds passed_{0};
    std::chrono::nanoseconds monotonic_{1};
};

/// Commits at once, each work alone, or when told (hold). Any thread.
class InlineCommitter final : public Committer {
public:
    InlineCommitter(catalog::Catalog& catalog, Clock& clock) : catalog_(catalog), clock_(clock) {}

    std::future<catalog::CommitSeq> submit(Work work) override;

    void drain() override { release(); }

    [[nodiscard]] bool poisoned() const override { return false; }

    [[nodiscard]] bool is_pending(const ChunkId& id) const override;
    [[nodiscard]] std::shared_ptr<const Bytes> pending_record(const ChunkId& id) const override;

    /// From now on work is queued, its records pending, until release().
    void hold();
    void release();

    /// Every submit fails with device_error.
    void fail(bool fails) { fails_ = fails; }

    /// Records go through `packs` into pack files instead of the catalog; nullptr ends it.
    void use_packs(PackWriter* packs) { packs_ = packs; }

    [[nodiscard]] std::size_t submitted() const { return submitted_; }

    [[nodiscard]] std::size_t stored_records() const { return stored_records_; }

    [[nodiscard]] std::uint64_t stored_bytes() const { return stored_bytes_; }

private:
    struct Queued {
        Work work;
        std::promise<catalog::CommitSeq> done;
    };

    void run(Queued& queued);
    [[nodiscard]] catalog::CommitSeq run_work(Work& work);
    void insert(catalog::Transaction& rows, const std::vector<SealedRecord>& records);

    catalog::Catalog& catalog_;
    Clock& clock_;
    mutable std::recursive_mutex mutex_;
    std::deque<Queued> queue_;
    std::map<ChunkId, std::shared_ptr<const Bytes>> pending_;
    bool held_ = false;
    bool fails_ = false;
    PackWriter* packs_ = nullptr;
    std::map<PackUuid, catalog::PackNumber> pack_numbers_;
    std::size_t submitted_ = 0;
    std::size_t stored_records_ = 0;
    std::uint64_t stored_bytes_ = 0;
};

/// Domain `domain` is in the keyring. The cache of plaintext chunks holds `cache_bytes`.
class TestStore {
public:
    explicit TestStore(std::size_t cache_bytes = 0);

    /// Commits the draft with its records; returns the content's row, all zero for no bytes.
    catalog::Content commit(ContentDraft draft, const PageLimits& limits = {});

    [[nodiscard]] catalog::Content content(catalog::ContentId id);

    ScratchDirectory folder;
    PosixFileSystem files;
    ManualClock clock;
    SystemRandom random;
    Logger log;
    StoreUuid uuid{std::byte{5}};
    Keyring keyring;
    std::uint32_t domain;
    std::unique_ptr<catalog::Catalog> rows;
    InlineCommitter committer;
    ChunkStore chunks;
    std::unique_ptr<Coherence> coherence;
    std::unique_ptr<MountCoherence> mount_coherence;
    Engine engine;
};

/// From ALEXANDER_TEST_SEED, or random; CAPTURE it.
[[nodiscard]] std::uint64_t test_seed();

/// Bytes that do not compress, the same for the same seed.
[[nodiscard]] Bytes random_bytes(std::uint64_t seed, std::size_t size);

}  // namespace alexander
