// Keeps a collection from taking the disk for itself.
#pragma once

#include "base/clock.h"
#include "store/gc/options.h"

#include <algorithm>
#include <thread>

namespace alexander::gc {

/// One thread.
class WorkPace {
public:
    WorkPace(Clock& clock, const GcOptions& options) : clock_(clock), options_(options) {}

    [[nodiscard]] bool should_stop() const {
        return options_.should_stop && options_.should_stop();
    }

    /// After work on `bytes` that began at `since`: rests as the options say.
    void rest(std::chrono::nanoseconds since, std::uint64_t bytes) {
        if (options_.bytes_per_second == 0)
            return;
        const std::chrono::nanoseconds taken = clock_.monotonic() - since;
        const std::chrono::duration<double> due(static_cast<double>(bytes) /
                                                static_cast<double>(options_.bytes_per_second));
        sleep(std::max(taken, std::chrono::duration_cast<std::chrono::nanoseconds>(due) - taken));
    }

    /// False if it was stopped meanwhile.
    bool sleep(std::chrono::nanoseconds time) {
        constexpr std::chrono::nanoseconds step = std::chrono::milliseconds(100);
        for (; time > std::chrono::nanoseconds(0) && !should_stop(); time -= step)
            std::this_thread::sleep_for(std::min(time, step));
        return !should_stop();
    }

private:
    Clock& clock_;
    const GcOptions& options_;
};

}  // namespace alexander::gc
