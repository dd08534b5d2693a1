// A few threads that work ahead of whoever needs the result.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <utility>

namespace alexander {

/// Any thread may call any method at any time. Tasks start in the order in which they came and
/// must not wait for one another. Threads start with the first task.
class TaskPool {
public:
    explicit TaskPool(std::size_t threads);

    /// Waits for every task.
    ~TaskPool();
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;

    /// The future holds what the task returned or threw; letting go of it does not wait.
    template <typename Task>
    [[nodiscard]] auto run(Task task) -> std::future<decltype(task())> {
        // std::function wants copies: the queue shares the task until it has run.
        auto packaged = std::make_shared<std::packaged_task<decltype(task())()>>(std::move(task));
        auto result = packaged->get_future();
        add([packaged] { (*packaged)(); });
        return result;
    }

private:
    void add(std::function<void()> task);

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
