#include "store/task_pool.h"

#include "base/guarded.h"

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

namespace alexander {

struct TaskPool::State {
    struct Queue {
        std::deque<std::function<void()>> tasks;
        bool stopping = false;
        std::vector<std::thread> threads;
    };

    explicit State(std::size_t threads) : thread_count(threads) {}

    void work() {
        for (;;) {
            std::function<void()> task;
            {
                auto locked = queue.lock();
                locked.wait(changed, [](Queue& q) { return q.stopping || !q.tasks.empty(); });
                if (locked->tasks.empty())
                    return;
                task = std::move(locked->tasks.front());
                locked->tasks.pop_front();
            }
            task();
        }
    }

    const std::size_t thread_count;
    Guarded<Queue> queue;
    std::condition_variable changed;
};

TaskPool::TaskPool(std::size_t threads) : state_(std::make_unique<State>(threads)) {}

TaskPool::~TaskPool() {
    std::vector<std::thread> threads;
    {
        auto locked = state_->queue.lock();
        locked->stopping = true;
        threads.swap(locked->threads);
    }
    state_->changed.notify_all();
    for (std::thread& thread : threads)
        thread.join();
}

void TaskPool::add(std::function<void()> task) {
    {
        auto locked = state_->queue.lock();
        locked->tasks.push_back(std::move(task));
        if (locked->threads.size() < state_->thread_count)
            locked->threads.emplace_back([state = state_.get()] { state->work(); });
    }
    state_->changed.notify_one();
}

}  // namespace alexander
