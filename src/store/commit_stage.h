// Stage B of the committer: a batch becomes one catalog transaction.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "store/log_sync.h"
#include "store/pack_rows.h"
#include "store/reserve.h"
#include "store/shared_page.h"
#include "store/store_locks.h"
#include "store/store_meters.h"
#include "store/work.h"

#include <optional>

namespace alexander {

/// What the stages work on; the owner outlives them.
struct CommitParts {
    FileSystem& files;
    Clock& clock;
    catalog::Catalog& catalog;
    PackWriter& packs;
    LogSync& log_sync;
    SharedPage& page;
    StoreLocks& locks;
    catalog::ProcessId process;
};

/// One thread at a time.
class CommitStage {
public:
    CommitStage(const CommitParts& parts, Reserve& reserve, Failure mode, CommitMeters& meters);

    /// Commits the batch: each work has a commit_seq or a failure afterwards. Throws nothing.
    void run(Batch& batch);

    /// True once earlier work has failed under Failure::stops_process.
    [[nodiscard]] bool stopped() const { return stopped_ != nullptr; }

private:
    enum class Attempt { finished, again };

    void commit_batch(Batch& batch);
    void commit_or_retry(Batch& batch);
    [[nodiscard]] Attempt try_commit(Batch& batch);
    [[nodiscard]] Attempt run_changes(Batch& batch, CommitScope& scope);
    [[nodiscard]] bool finish_unknown_commit(Batch& batch);
    void finish(Batch& batch, catalog::CommitSeq seq);
    void prepare_retry(Batch& batch, ErrorCode code, std::exception_ptr failure);
    void fail_rest(Batch& batch, std::exception_ptr failure);
    static void follow_chain(QueuedWork& work);
    void stop_after(Batch& batch);

    const CommitParts parts_;
    Reserve& reserve_;
    const Failure mode_;
    CommitMeters& meters_;
    PackRows pack_rows_;
    std::exception_ptr stopped_;  // what everything after the failed work gets

    // A COMMIT that threw: whether it happened is seen from the next transaction's number.
    std::optional<catalog::CommitSeq> unknown_commit_;
};

}  // namespace alexander
