// Background work of a program.
#pragma once

#include "base/logging.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace alexander {

/// A thread that runs `step` once each period and whenever it is poked, never twice at a time.
///
/// Any thread may call any method at any time. An exception from `step` is logged as an error
/// under the worker's name, and the next round comes as usual: this is the one place that catches
/// the exceptions of background work.
class Worker {
public:
    /// The stop token tells a long step to end early.
    using Step = std::function<void(std::stop_token)>;

    /// The first round comes after one period, or a poke. A period of zero means pokes only.
    /// The thread is named `name`, cut to the 15 characters that the kernel keeps.
    Worker(std::string name, Logger& log, std::chrono::milliseconds period, Step step);

    /// Ends the thread, after the round that is running.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Asks for a round soon. Pokes during a round make one further round.
    void poke();

private:
    void run(const std::stop_token& stop);
    void run_step(const std::stop_token& stop) noexcept;

    const std::string name_;
    Logger& log_;
    const std::chrono::milliseconds period_;
    const Step step_;

    // Not Guarded: only condition_variable_any waits for a stop token.
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool poked_ = false;  // guarded by mutex_

    std::jthread thread_;  // last: it uses everything above
};

}  // namespace alexander
