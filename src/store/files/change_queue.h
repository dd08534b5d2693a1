// The mount's way to the committer: numbered, in order, nothing passes what failed.
#pragma once

#include "store/engine.h"
#include "store/files/effects.h"
#include "store/files/pending_names.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace alexander::files {

/// Any thread may call any method at any time. Its mutex is a leaf: nothing is called under it but
/// MountCoherence::queue and done. The destructor waits for everything queued.
class ChangeQueue {
public:
    /// `owner` owns the objects that are made.
    ChangeQueue(const Engine& engine, catalog::UserId owner) : engine_(engine), owner_(owner) {}

    ~ChangeQueue();
    ChangeQueue(const ChangeQueue&) = delete;
    ChangeQueue& operator=(const ChangeQueue&) = delete;

    /// The right to queue one operation; withdrawn unless submitted.
    class Ticket {
    public:
        Ticket(Ticket&& other) noexcept
            : queue_(std::exchange(other.queue_, nullptr)), number_(other.number_) {}

        Ticket& operator=(Ticket&&) = delete;

        ~Ticket() {
            if (queue_ != nullptr)
                queue_->finish(number_, nullptr);
        }

        [[nodiscard]] QueueNumber number() const { return number_; }

        /// Queues the effects. Throws device_error after a failure; nothing is queued then.
        void submit(std::shared_ptr<const Effects> effects);

    private:
        friend class ChangeQueue;

        Ticket(ChangeQueue& queue, QueueNumber number) : queue_(&queue), number_(number) {}

        ChangeQueue* queue_;
        QueueNumber number_;
    };

    /// Nothing while another process is changing the bucket: wait (without any lock) with
    /// MountCoherence::wait_for_writers, look at everything anew and ask again.
    [[nodiscard]] std::optional<Ticket> begin(catalog::BucketId bucket);

    /// Everything up to here is durable, withdrawn or failed.
    [[nodiscard]] QueueNumber durable() const { return durable_.load(); }

    /// True once a queued operation was lost: the mount may change nothing any more.
    [[nodiscard]] bool has_failed() const { return failed_.load(); }

    /// Throws device_error if it has failed.
    void check() const;

    /// Waits until operation `number` and all before it are durable. Throws device_error if
    /// anything failed.
    void wait(QueueNumber number);

    /// Waits for everything queued so far.
    void wait_all();

    /// Waits while the queue is very long: called before an operation, without any lock.
    void wait_for_room();

private:
    void finish(QueueNumber number, const std::exception_ptr& failure);

    const Engine& engine_;
    const catalog::UserId owner_;
    std::atomic<QueueNumber> durable_{0};
    std::atomic<bool> failed_{false};

    std::mutex mutex_;
    std::condition_variable changed_;
    QueueNumber newest_ = 0;             // guarded by mutex_
    std::set<QueueNumber> outstanding_;  // guarded by mutex_
};

}  // namespace alexander::files
