#include "store/commit_stage.h"

#include "base/error.h"
#include "store/batch_scope.h"

#include <algorithm>

namespace alexander {

namespace {

// Errors below a change, not of the change: SQLite may have ended the transaction.
bool is_store_failure(const Error& error) {
    return error.code() == ErrorCode::no_space || error.code() == ErrorCode::device_error;
}

}  // namespace

CommitStage::CommitStage(const CommitParts& parts,
                         Reserve& reserve,
                         Failure mode,
                         CommitMeters& meters)
    : parts_(parts),
      reserve_(reserve),
      mode_(mode),
      meters_(meters),
      pack_rows_(parts.process, parts.clock) {}

void CommitStage::run(Batch& batch) {
    for (AppendResult& result : batch.packs)
        pack_rows_.add(std::move(result));
    batch.packs.clear();
    if (stopped_)
        fail_rest(batch, stopped_);
    else
        stop_after(batch);
    try {
        commit_batch(batch);
    } catch (const std::exception&) {
        fail_rest(batch, std::current_exception());
    }
    stop_after(batch);
    for (const auto& work : batch.works)
        follow_chain(*work);
}

void CommitStage::commit_batch(Batch& batch) {
    const auto catalog_lock = parts_.locks.lock_catalog();
    parts_.log_sync.repair_if_suspect();
    commit_or_retry(batch);
    try {
        parts_.catalog.checkpoint_if_large();
    } catch (const Error& error) {
        // The batch is committed: its own sync decides. If a sync has failed here, it finds the log
        // suspect and repairs it. On a full disk the log only stays as long as it is.
        if (error.code() != ErrorCode::no_space)
            parts_.log_sync.suspect();
    }
}

void CommitStage::commit_or_retry(Batch& batch) {
    try {
        while (try_commit(batch) == Attempt::again) {
        }
        return;
    } catch (const Error& error) {
        if (!is_store_failure(error))
            throw;
        if (error.code() == ErrorCode::no_space)
            std::ignore = reserve_.release();
        else if (unknown_commit_)
            parts_.log_sync.suspect();  // SQLite syncs a log that starts anew
        parts_.log_sync.repair_if_suspect();
        if (finish_unknown_commit(batch))
            return;
        prepare_retry(batch, error.code(), std::current_exception());
    }
    try {
        while (try_commit(batch) == Attempt::again) {
        }
    } catch (const Error&) {
        if (!finish_unknown_commit(batch))
            throw;
    }
}

// On a full disk a delete may use the reserve and gets a second chance; what brings bytes does not.
void CommitStage::prepare_retry(Batch& batch, ErrorCode code, std::exception_ptr failure) {
    const bool is_full = code == ErrorCode::no_space;
    if (mode_ == Failure::stops_process)
        return;
    for (const auto& work : batch.works) {
        if (!work->failure && (!is_full || !work->records.empty()))
            work->failure = failure;
    }
}

CommitStage::Attempt CommitStage::try_commit(Batch& batch) {
    unknown_commit_.reset();
    const std::unique_ptr<catalog::Transaction> transaction = parts_.catalog.write();
    // Repaired here if a process died between its commit and the raise.
    const catalog::CommitSeq before = transaction->commit_seq() - 1;
    parts_.page.words().committed.raise(static_cast<std::uint64_t>(before));
    batch.durable_through = std::max(batch.durable_through, before);

    const std::int64_t nothing_written = transaction->rows_written();
    BatchScope scope(*transaction, parts_.clock.now());
    pack_rows_.record(*transaction);
    scope.insert_records(batch, pack_rows_);
    if (run_changes(batch, scope) == Attempt::again)
        return Attempt::again;
    if (transaction->rows_written() == nothing_written) {
        // What the changes saw must be durable before they are answered, no more.
        for (const auto& work : batch.works)
            work->seq = work->failure ? 0 : before;
        return Attempt::finished;
    }
    unknown_commit_ = transaction->commit_seq();
    transaction->commit();
    unknown_commit_.reset();
    finish(batch, transaction->commit_seq());
    return Attempt::finished;
}

CommitStage::Attempt CommitStage::run_changes(Batch& batch, CommitScope& scope) {
    for (std::size_t i = 0; i < batch.works.size(); ++i) {
        QueuedWork& work = *batch.works[i];
        follow_chain(work);
        if (work.failure || !work.change)
            continue;
        const std::int64_t written = scope.rows().rows_written();
        try {
            work.change(scope);
            continue;
        } catch (const Error& error) {
            if (is_store_failure(error))
                throw;
            work.failure = std::current_exception();
        } catch (const std::exception&) {
            work.failure = std::current_exception();
        }
        follow_chain(work);
        stop_after(batch);
        if (scope.rows().rows_written() != written)
            return Attempt::again;
    }
    return Attempt::finished;
}

// The catalog lock has been held since, so a number that was used was used by this commit.
bool CommitStage::finish_unknown_commit(Batch& batch) {
    if (!unknown_commit_)
        return false;
    const catalog::CommitSeq seq = *std::exchange(unknown_commit_, std::nullopt);
    if (parts_.catalog.read()->commit_seq() < seq)
        return false;
    finish(batch, seq);
    return true;
}

void CommitStage::finish(Batch& batch, catalog::CommitSeq seq) {
    SharedWords& words = parts_.page.words();
    words.committed.raise(static_cast<std::uint64_t>(seq));
    words.commit_event.signal();
    batch.durable_through = seq;
    batch.finished_packs = pack_rows_.committed();
    std::uint64_t changes = 0;
    for (const auto& work : batch.works) {
        work->seq = work->failure ? 0 : seq;
        changes += work->failure ? 0 : 1;
    }
    meters_.commits.add();
    meters_.changes.add(changes);
    meters_.batch_changes.observe(changes);
}

void CommitStage::fail_rest(Batch& batch, std::exception_ptr failure) {
    for (const auto& work : batch.works) {
        if (!work->failure && work->seq == 0)
            work->failure = failure;
    }
}

void CommitStage::follow_chain(QueuedWork& work) {
    if (!work.chain)
        return;
    if (work.failure && !work.chain->failure)
        work.chain->failure = work.failure;
    else if (!work.failure && work.seq == 0)
        work.failure = work.chain->failure;
}

// Where one failure stops the process, everything behind it in the queue fails as well.
void CommitStage::stop_after(Batch& batch) {
    if (mode_ == Failure::alone)
        return;
    bool failed = stopped_ != nullptr;
    for (const auto& work : batch.works) {
        if (failed && !work->failure && work->seq == 0)
            work->failure = stopped_;
        if (work->failure && !failed) {
            failed = true;
            stopped_ = std::make_exception_ptr(
                Error(ErrorCode::read_only, "an earlier change could not be stored"));
        }
    }
}

}  // namespace alexander
