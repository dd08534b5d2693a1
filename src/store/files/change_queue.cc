#include "store/files/change_queue.h"

#include "base/error.h"

#include <cerrno>
#include <tuple>

namespace alexander::files {
namespace {

constexpr std::size_t longest_queue = 20000;

}  // namespace

ChangeQueue::~ChangeQueue() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return outstanding_.empty(); });
}

void ChangeQueue::Ticket::submit(std::shared_ptr<const Effects> effects) {
    queue_->check();
    ChangeQueue& queue = *queue_;
    const QueueNumber number = number_;
    Work work;
    work.change = [&engine = queue.engine_, owner = queue.owner_, effects](CommitScope& scope) {
        apply_effects(scope, engine, owner, *effects);
    };
    work.done = [&queue, number](const std::exception_ptr& failure, catalog::CommitSeq) {
        queue.finish(number, failure);
    };
    std::ignore = queue.engine_.committer.submit(std::move(work));  // done() tells the end
    queue_ = nullptr;
}

std::optional<ChangeQueue::Ticket> ChangeQueue::begin(catalog::BucketId bucket) {
    QueueNumber number = 0;
    {
        const std::lock_guard lock(mutex_);
        number = engine_.mount_coherence.queue();
        outstanding_.insert(number);
        newest_ = number;
    }
    Ticket ticket(*this, number);
    if (engine_.mount_coherence.is_being_written(bucket))
        return std::nullopt;  // the ticket withdraws the number
    return ticket;
}

void ChangeQueue::finish(QueueNumber number, const std::exception_ptr& failure) {
    const std::lock_guard lock(mutex_);
    if (failure != nullptr)
        failed_.store(true);
    outstanding_.erase(number);
    const QueueNumber durable = outstanding_.empty() ? newest_ : *outstanding_.begin() - 1;
    if (durable > durable_.load()) {
        durable_.store(durable);
        engine_.mount_coherence.done(durable);
    }
    changed_.notify_all();
}

void ChangeQueue::check() const {
    if (has_failed())
        throw Error(ErrorCode::device_error,
                    "queued changes could not be stored: the mount is read-only",
                    EIO);
}

void ChangeQueue::wait(QueueNumber number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return durable_.load() >= number; });
    lock.unlock();
    check();
}

void ChangeQueue::wait_all() {
    QueueNumber newest = 0;
    {
        const std::lock_guard lock(mutex_);
        newest = newest_;
    }
    wait(newest);
}

void ChangeQueue::wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return outstanding_.size() < longest_queue; });
}

}  // namespace alexander::files
