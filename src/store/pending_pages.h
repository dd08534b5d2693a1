// Leaves of a stream that is still being written, committed so that garbage collection sees them.
#pragma once

#include "store/content.h"

#include <memory>
#include <vector>

namespace alexander {

/// The pending pages of one stream. They keep chunks alive that no content names yet.
///
/// One thread at a time, except release(), which runs in the committer.
class PendingPages {
public:
    /// Pages, like the stream's other works, come behind what is in `chain`.
    explicit PendingPages(Committer& committer, std::shared_ptr<WorkChain> chain = nullptr);

    /// Releases what nobody has released; quiet, because a dead process's pages go as well.
    ~PendingPages();

    PendingPages(const PendingPages&) = delete;
    PendingPages& operator=(const PendingPages&) = delete;

    /// Queues the records and a page of these extents behind them. The future is the commit's.
    [[nodiscard]] std::future<catalog::CommitSeq> add(std::vector<SealedRecord> records,
                                                      std::vector<Extent> extents);

    /// The page of the n-th add, whose future is ready.
    [[nodiscard]] catalog::PageId page(std::size_t n) const;

    /// Part of the commit that names the pages, or does without them.
    void release(CommitScope& scope);

private:
    struct Shared;
    Committer& committer_;
    std::shared_ptr<WorkChain> chain_;
    std::shared_ptr<Shared> shared_;  // also held by queued changes, which may outlive this
};

}  // namespace alexander
