// The committer: three stages, each on a thread of its own, each taking all that waits for it.
// Protocol: docs/design/commit.md.
#pragma once

#include "store/append_stage.h"
#include "store/batch_channel.h"
#include "store/commit_stage.h"
#include "store/committer.h"
#include "store/pending_records.h"

#include <atomic>
#include <thread>

namespace alexander {

struct GroupCommitterOptions {
    Failure failure = Failure::alone;
    std::size_t queued_bytes = std::size_t{24} << 20;  // of records, before submit blocks
    std::size_t queued_works = 65'536;                 // likewise
    std::size_t batch_bytes = std::size_t{16} << 20;   // of records in one append
    std::size_t batch_works = 1'000;                   // in one append and in one transaction
};

class GroupCommitter final : public Committer {
public:
    /// Starts the threads.
    GroupCommitter(const CommitParts& parts, const GroupCommitterOptions& options);

    /// Finishes everything queued.
    ~GroupCommitter() override;

    std::future<catalog::CommitSeq> submit(Work work) override;
    void drain() override;

    [[nodiscard]] bool poisoned() const override { return poisoned_.load(); }

    [[nodiscard]] bool is_pending(const ChunkId& id) const override;
    [[nodiscard]] std::shared_ptr<const Bytes> pending_record(const ChunkId& id) const override;

    [[nodiscard]] const CommitMeters& meters() const { return meters_; }

    /// Changes that wait for their commit.
    [[nodiscard]] std::size_t queued();

    /// Copies records that are stored inline (pack 0) or in another pack into this process's pack
    /// and points their chunks there, if they still lie where they were.
    std::future<catalog::CommitSeq> move_to_pack(std::vector<SealedRecord> records,
                                                 std::vector<catalog::PackedChunk> from);

    /// Seals this process's pack, if it has one, with what was queued before in it.
    void seal_packs();

    /// Finishes everything queued, seals this process's packs and records that. Nothing may be
    /// submitted any more. Throws what the last commit threw.
    void close();

private:
    struct Queue {
        Batch waiting;  // for stage A
        std::size_t queued_works = 0;
        std::size_t queued_bytes = 0;
        std::uint64_t submitted = 0;
        std::uint64_t answered = 0;
        bool closed = false;
    };

    std::future<catalog::CommitSeq> enqueue(std::unique_ptr<QueuedWork> work);
    [[nodiscard]] std::optional<Batch> take_queued();
    void run_append();
    void run_commit();
    void run_sync();
    void leave_queue(const Batch& batch);
    void make_durable(Batch& batch);
    void answer(Batch& batch);
    void stop_threads();

    const CommitParts parts_;
    const GroupCommitterOptions options_;
    Reserve reserve_;
    CommitMeters meters_;
    AppendStage append_stage_;  // stage A's thread
    CommitStage commit_stage_;  // stage B's thread
    PendingRecords pending_;
    std::atomic<bool> poisoned_ = false;
    std::atomic<bool> must_seal_ = false;  // asked of stage A
    Guarded<Queue> queue_;
    std::condition_variable work_waits_;  // for stage A
    std::condition_variable room_;        // for submit
    std::condition_variable answered_;    // for drain
    BatchChannel to_commit_;
    BatchChannel to_sync_;
    std::vector<std::thread> threads_;  // last: they use everything above
};

}  // namespace alexander
