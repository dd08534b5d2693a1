// Hands batches from one stage of the committer to the next.
#pragma once

#include "base/guarded.h"
#include "store/work.h"

#include <condition_variable>
#include <deque>

namespace alexander {

/// Any number of threads put; one takes.
class BatchChannel {
public:
    void put(Batch batch) {
        batches_.lock()->waiting.push_back(std::move(batch));
        changed_.notify_one();
    }

    /// After this, take gives what is left and then nothing.
    void close() {
        batches_.lock()->closed = true;
        changed_.notify_one();
    }

    /// All that waits, as one batch, though of about `most_works` works; blocks while there is
    /// none. Nothing once closed and empty.
    [[nodiscard]] std::optional<Batch> take(std::size_t most_works) {
        auto batches = batches_.lock();
        batches.wait(changed_,
                     [](const Waiting& now) { return now.closed || !now.waiting.empty(); });
        if (batches->waiting.empty())
            return std::nullopt;
        Batch taken = std::move(batches->waiting.front());
        batches->waiting.pop_front();
        while (!batches->waiting.empty() &&
               taken.works.size() + batches->waiting.front().works.size() <= most_works) {
            join(taken, std::move(batches->waiting.front()));
            batches->waiting.pop_front();
        }
        return taken;
    }

private:
    struct Waiting {
        std::deque<Batch> waiting;
        bool closed = false;
    };

    static void join(Batch& batch, Batch&& next) {
        std::move(next.works.begin(), next.works.end(), std::back_inserter(batch.works));
        std::move(next.packs.begin(), next.packs.end(), std::back_inserter(batch.packs));
        batch.finished_packs.insert(
            batch.finished_packs.end(), next.finished_packs.begin(), next.finished_packs.end());
        batch.durable_through = std::max(batch.durable_through, next.durable_through);
    }

    Guarded<Waiting> batches_;
    std::condition_variable changed_;
};

}  // namespace alexander
