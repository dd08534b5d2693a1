#include "base/worker.h"

#include <pthread.h>

#include <exception>
#include <utility>

namespace alexander {

namespace {

constexpr std::size_t longest_thread_name = 15;

}  // namespace

Worker::Worker(std::string name, Logger& log, std::chrono::milliseconds period, Step step)
    : name_(std::move(name)),
      log_(log),
      period_(period),
      step_(std::move(step)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Worker::~Worker() = default;

void Worker::poke() {
    {
        const std::lock_guard lock(mutex_);
        poked_ = true;
    }
    changed_.notify_one();
}

void Worker::run(const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), name_.substr(0, longest_thread_name).c_str());
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            const auto poked = [this] { return poked_; };
            if (period_.count() > 0)
                changed_.wait_for(lock, stop, period_, poked);
            else
                changed_.wait(lock, stop, poked);
            poked_ = false;
        }
        if (!stop.stop_requested())
            run_step(stop);
    }
}

void Worker::run_step(const std::stop_token& stop) noexcept {
    try {
        step_(stop);
    } catch (const std::exception& error) {
        log_.error(name_, "background work failed", {{"reason", error.what()}});
    } catch (...) {
        log_.error(name_, "background work failed", {{"reason", "unknown"}});
    }
}

}  // namespace alexander
