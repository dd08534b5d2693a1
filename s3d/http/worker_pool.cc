#include "s3d/http/worker_pool.h"

#include <algorithm>
#include <system_error>

namespace alexander::s3::http {

WorkerPool::WorkerPool(std::size_t base, std::size_t most, std::function<Step()> step)
    : base_(base), most_(std::max(base, most)), step_(std::move(step)) {}

WorkerPool::~WorkerPool() {
    join();
}

void WorkerPool::start() {
    auto state = state_.lock();
    while (state->running < base_)
        add_worker(*state);
}

void WorkerPool::note_blocking(int change) {
    auto state = state_.lock();
    if (change < 0) {
        --state->blocked;
        return;
    }
    ++state->blocked;
    const std::size_t able = state->running - state->blocked;
    if (able >= base_ || state->running >= most_ || state->joining)
        return;
    try {
        add_worker(*state);
    } catch (const std::system_error&) {
        // The host gives no more threads; those there are go on.
    }
}

void WorkerPool::add_worker(State& state) {
    for (const std::thread::id id : state.ended) {
        const auto thread = std::find_if(state.threads.begin(),
                                         state.threads.end(),
                                         [&](const std::thread& t) { return t.get_id() == id; });
        thread->join();
        state.threads.erase(thread);
    }
    state.ended.clear();
    state.threads.emplace_back([this] { run(); });
    ++state.running;
}

void WorkerPool::run() {
    while (true) {
        const Step step = step_();
        if (step == Step::finished || (step == Step::idle && leave_if_surplus()))
            return;
    }
}

bool WorkerPool::leave_if_surplus() {
    auto state = state_.lock();
    if (state->joining || state->running - state->blocked <= base_)
        return false;
    --state->running;
    state->ended.push_back(std::this_thread::get_id());
    return true;
}

std::size_t WorkerPool::size() const {
    return state_.lock()->running;
}

void WorkerPool::join() {
    std::list<std::thread> threads;
    {
        auto state = state_.lock();
        state->joining = true;
        threads.swap(state->threads);
        state->ended.clear();
    }
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace alexander::s3::http
