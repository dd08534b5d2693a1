#include "store/group_committer.h"

#include "base/error.h"

namespace alexander {

GroupCommitter::GroupCommitter(const CommitParts& parts, const GroupCommitterOptions& options)
    : parts_(parts),
      options_(options),
      reserve_(parts.files),
      append_stage_(parts.packs, reserve_, options.failure),
      commit_stage_(parts, reserve_, options.failure, meters_) {
    threads_.emplace_back([this] { run_append(); });
    threads_.emplace_back([this] { run_commit(); });
    threads_.emplace_back([this] { run_sync(); });
}

GroupCommitter::~GroupCommitter() {
    stop_threads();
}

std::future<catalog::CommitSeq> GroupCommitter::submit(Work work) {
    auto queued = std::make_unique<QueuedWork>();
    queued->change = std::move(work.change);
    queued->done = std::move(work.done);
    queued->chain = std::move(work.chain);
    for (SealedRecord& record : work.records)
        queued->records.push_back(std::make_shared<const SealedRecord>(std::move(record)));
    return enqueue(std::move(queued));
}

std::future<catalog::CommitSeq> GroupCommitter::move_to_pack(
    std::vector<SealedRecord> records, std::vector<catalog::PackedChunk> from) {
    auto queued = std::make_unique<QueuedWork>();
    queued->moved_chunks = std::move(from);
    for (SealedRecord& record : records)
        queued->records.push_back(std::make_shared<const SealedRecord>(std::move(record)));
    return enqueue(std::move(queued));
}

std::future<catalog::CommitSeq> GroupCommitter::enqueue(std::unique_ptr<QueuedWork> work) {
    for (const SharedRecord& record : work->records)
        work->record_bytes += record->bytes.size();
    std::future<catalog::CommitSeq> future = work->promise.get_future();
    auto queue = queue_.lock();
    // A work larger than the budget goes through alone.
    queue.wait(room_, [&](const Queue& now) {
        return now.queued_works == 0 ||
               (now.queued_works < options_.queued_works &&
                now.queued_bytes + work->record_bytes <= options_.queued_bytes);
    });
    if (poisoned_.load())
        work->failure = std::make_exception_ptr(
            Error(ErrorCode::read_only, "the store takes no changes: an earlier one failed"));
    if (queue->closed)
        throw Error(ErrorCode::read_only, "the store is closed");
    // What is only moved is found where it was: a hit here would promise that its row stays.
    if (work->moved_chunks.empty()) {
        for (const SharedRecord& record : work->records)
            pending_.add(record);
    }
    ++queue->queued_works;
    queue->queued_bytes += work->record_bytes;
    ++queue->submitted;
    queue->waiting.works.push_back(std::move(work));
    work_waits_.notify_one();
    return future;
}

std::optional<Batch> GroupCommitter::take_queued() {
    auto queue = queue_.lock();
    queue.wait(work_waits_,
               [](const Queue& now) { return now.closed || !now.waiting.works.empty(); });
    std::vector<std::unique_ptr<QueuedWork>>& waiting = queue->waiting.works;
    if (waiting.empty())
        return std::nullopt;
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < waiting.size() && count < options_.batch_works &&
           (count == 0 || bytes + waiting[count]->record_bytes <= options_.batch_bytes))
        bytes += waiting[count++]->record_bytes;
    Batch batch;
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(waiting.begin(), end, std::back_inserter(batch.works));
    waiting.erase(waiting.begin(), end);
    return batch;
}

void GroupCommitter::run_append() {
    while (std::optional<Batch> batch = take_queued()) {
        append_stage_.run(*batch);
        if (must_seal_.exchange(false))
            batch->packs.push_back(parts_.packs.seal());
        to_commit_.put(std::move(*batch));
    }
    to_commit_.close();
}

void GroupCommitter::run_commit() {
    while (std::optional<Batch> batch = to_commit_.take(options_.batch_works)) {
        {
            const Stopwatch watch(meters_.commit_time);
            commit_stage_.run(*batch);
        }
        if (commit_stage_.stopped() || !parts_.log_sync.fault().empty())
            poisoned_.store(true);
        leave_queue(*batch);
        to_sync_.put(std::move(*batch));
    }
    to_sync_.close();
}

// Committed records are found through the catalog now, failed ones never will be.
void GroupCommitter::leave_queue(const Batch& batch) {
    auto queue = queue_.lock();
    for (const auto& work : batch.works) {
        if (work->moved_chunks.empty()) {
            for (const SharedRecord& record : work->records)
                pending_.remove(record->id);
        }
        work->records.clear();
        --queue->queued_works;
        queue->queued_bytes -= work->record_bytes;
    }
    room_.notify_all();
}

void GroupCommitter::run_sync() {
    constexpr std::size_t all = static_cast<std::size_t>(-1);
    while (std::optional<Batch> batch = to_sync_.take(all)) {
        make_durable(*batch);
        answer(*batch);
    }
}

void GroupCommitter::make_durable(Batch& batch) {
    try {
        const Stopwatch watch(meters_.sync_time);
        parts_.log_sync.sync_through(batch.durable_through);
    } catch (const Error&) {
        // The log is lost: whether these commits survive is unknown, so none is acknowledged.
        if (options_.failure == Failure::stops_process || !parts_.log_sync.fault().empty())
            poisoned_.store(true);
        for (const auto& work : batch.works) {
            if (!work->failure)
                work->failure = std::current_exception();
        }
        return;
    }
    for (const PackUuid& pack : batch.finished_packs)
        parts_.packs.release(pack);
}

void GroupCommitter::answer(Batch& batch) {
    for (const auto& work : batch.works) {
        if (work->failure)
            meters_.failed_changes.add();
        if (work->done)
            work->done(work->failure, work->seq);
        if (work->failure)
            work->promise.set_exception(work->failure);
        else
            work->promise.set_value(work->seq);
        // Freed here, not under the queue's lock: a change may own much.
        work->change = nullptr;
        work->done = nullptr;
    }
    queue_.lock()->answered += batch.works.size();
    answered_.notify_all();
}

std::size_t GroupCommitter::queued() {
    return queue_.lock()->queued_works;
}

void GroupCommitter::drain() {
    auto queue = queue_.lock();
    const std::uint64_t all = queue->submitted;
    queue.wait(answered_, [all](const Queue& now) { return now.answered >= all; });
}

bool GroupCommitter::is_pending(const ChunkId& id) const {
    return pending_.find(id) != nullptr;
}

std::shared_ptr<const Bytes> GroupCommitter::pending_record(const ChunkId& id) const {
    const SharedRecord record = pending_.find(id);
    return record ? std::shared_ptr<const Bytes>(record, &record->bytes) : nullptr;
}

void GroupCommitter::stop_threads() {
    queue_.lock()->closed = true;
    work_waits_.notify_one();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void GroupCommitter::seal_packs() {
    must_seal_.store(true);
    std::ignore = enqueue(std::make_unique<QueuedWork>());
}

void GroupCommitter::close() {
    stop_threads();
    // The stages belong to this thread now.
    Batch last;
    auto work = std::make_unique<QueuedWork>();
    std::future<catalog::CommitSeq> result = work->promise.get_future();
    last.works.push_back(std::move(work));
    last.packs.push_back(parts_.packs.seal());
    commit_stage_.run(last);
    make_durable(last);
    queue_.lock()->submitted += last.works.size();
    answer(last);
    std::ignore = result.get();
}

}  // namespace alexander
