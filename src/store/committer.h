// The one way into the catalog: append, commit, sync, in three pipelined stages.
// Protocol: docs/design/commit.md, from the invariants I1 to I5 of the storage design.
#pragma once

#include "blob/chunk_id.h"
#include "blob/sealer.h"
#include "catalog/catalog.h"

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <vector>

namespace alexander {

/// What a change sees while its batch is being committed (stage B, under the catalog lock).
class CommitScope {
public:
    virtual ~CommitScope() = default;

    [[nodiscard]] virtual catalog::Transaction& rows() = 0;

    /// The wall clock of the batch: Last-Modified and ctime of what it changes.
    [[nodiscard]] virtual Timestamp now() const = 0;

    /// The row of a chunk stored by this or an earlier commit, made live if it was condemned.
    /// Throws busy if it is gone: the bytes must be stored again.
    [[nodiscard]] virtual catalog::ChunkNumber chunk(const ChunkId& id) = 0;
};

/// Checks first, then writes: a change that throws Error before it has written anything fails
/// alone; one that throws later makes its batch start over without it. It may run more than once,
/// and its last run counts. It must not wait for anything.
using Change = std::function<void(CommitScope&)>;

/// Shared by the works of one stream: once one has failed, those behind it fail with the same
/// error, not with one that only follows from it. Only the committer looks inside.
struct WorkChain {
    std::exception_ptr failure;
};

struct Work {
    std::vector<SealedRecord> records;  // durable, with their chunk rows, before `change` runs
    Change change;                      // may be empty: records only

    /// Called once from the sync stage, before waiters wake: with nullptr once durable, or with the
    /// failure. Must be quick, must not throw, must not call the committer. May be empty.
    std::function<void(std::exception_ptr failure, catalog::CommitSeq seq)> done;

    std::shared_ptr<WorkChain> chain = nullptr;  // none: the work stands alone
};

/// Whether later work may be committed when earlier work failed.
enum class Failure : std::uint8_t {
    alone,          // s3d, admin: each request stands for itself
    stops_process,  // the mount: nothing passes failed work; see poisoned()
};

/// One per process. Any thread may call any method at any time.
class Committer {
public:
    virtual ~Committer() = default;

    /// Queues work. Work is committed in the order of submission. The future holds the commit_seq
    /// once everything (records, rows, WAL) is durable, or the Error. Blocks while the bytes of
    /// queued records exceed the budget.
    virtual std::future<catalog::CommitSeq> submit(Work work) = 0;

    /// submit, then wait. Throws what the change threw, no_space, device_error or read_only.
    catalog::CommitSeq commit(Work work) { return submit(std::move(work)).get(); }

    catalog::CommitSeq commit(Change change) { return commit(Work{{}, std::move(change), {}}); }

    /// Waits until everything submitted so far is durable or has failed.
    virtual void drain() = 0;

    /// True after a failure under Failure::stops_process, or when the log could not be repaired:
    /// every further submit fails with read_only.
    [[nodiscard]] virtual bool poisoned() const = 0;

    /// A record still on its way: its plaintext is not readable through the catalog yet.
    [[nodiscard]] virtual bool is_pending(const ChunkId& id) const = 0;

    /// The sealed bytes of a pending record, empty when it is not (or no longer) pending.
    [[nodiscard]] virtual std::shared_ptr<const Bytes> pending_record(const ChunkId& id) const = 0;
};

}  // namespace alexander
