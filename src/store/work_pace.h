// Keeps work in the background from taking the disk for itself.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <functional>
#include <thread>

namespace alexander {

/// One thread.
class WorkPace {
public:
    /// 0 bytes a second: as fast as it goes. `should_stop` may be empty.
    WorkPace(Clock& clock, std::uint64_t bytes_per_second, std::function<bool()> should_stop)
        : clock_(clock),
          bytes_per_second_(bytes_per_second),
          should_stop_(std::move(should_stop)) {}

    [[nodiscard]] bool should_stop() const { return should_stop_ && should_stop_(); }

    /// After work on `bytes` that began at `since`: rests as long as that took, or longer if it
    /// went faster than it may.
    void rest(std::chrono::nanoseconds since, std::uint64_t bytes) {
        if (bytes_per_second_ == 0)
            return;
        const std::chrono::nanoseconds taken = clock_.monotonic() - since;
        const std::chrono::duration<double> due(static_cast<double>(bytes) /
                                                static_cast<double>(bytes_per_second_));
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
    const std::uint64_t bytes_per_second_;
    const std::function<bool()> should_stop_;
};

}  // namespace alexander
