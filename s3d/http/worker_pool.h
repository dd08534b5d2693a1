// Threads that serve connections: few, and more only while some of them wait.
#pragma once

#include "base/guarded.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <thread>

namespace alexander::s3::http {

/// Any thread may call any method at any time.
class WorkerPool {
public:
    enum class Step : std::uint8_t { worked, idle, finished };

    /// Each worker calls `step` over and over; it waits for work for a few seconds, then says
    /// `idle`, and `finished` once the work has ended for all. `step` must not throw.
    WorkerPool(std::size_t base, std::size_t most, std::function<Step()> step);

    /// Waits until every worker has ended: `step` must be saying `finished`.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void start();

    /// A worker begins (+1) or ends (-1) to wait for something else than the CPU. While fewer than
    /// `base` workers can run, another is started, up to `most`; the surplus ends when idle.
    void note_blocking(int change);

    [[nodiscard]] std::size_t size() const;

    /// Waits for the workers to end, as the destructor does.
    void join();

private:
    struct State {
        std::size_t running = 0;  // threads that have not ended
        std::size_t blocked = 0;  // of these
        bool joining = false;
        std::list<std::thread> threads;
        std::list<std::thread::id> ended;  // but not joined
    };

    void add_worker(State& state);
    void run();
    [[nodiscard]] bool leave_if_surplus();

    const std::size_t base_;
    const std::size_t most_;
    const std::function<Step()> step_;
    mutable Guarded<State> state_;
};

}  // namespace alexander::s3::http
