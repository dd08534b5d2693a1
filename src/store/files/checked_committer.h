// Changes that may be refused, in a process where a failed change stops everything.
#pragma once

#include "store/committer.h"

namespace alexander::files {

/// Hands work on to the mount's committer. A change that throws before it has written anything is
/// refused: its future holds the error, and the queue goes on as if it had not been there.
///
/// Any thread may call any method at any time.
class CheckedCommitter final : public Committer {
public:
    explicit CheckedCommitter(Committer& committer) : committer_(committer) {}

    std::future<catalog::CommitSeq> submit(Work work) override;

    void drain() override { committer_.drain(); }

    [[nodiscard]] bool poisoned() const override { return committer_.poisoned(); }

    [[nodiscard]] bool is_pending(const ChunkId& id) const override {
        return committer_.is_pending(id);
    }

    [[nodiscard]] std::shared_ptr<const Bytes> pending_record(const ChunkId& id) const override {
        return committer_.pending_record(id);
    }

private:
    Committer& committer_;
};

}  // namespace alexander::files
