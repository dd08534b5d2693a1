#include "base/clock.h"

#include <time.h>

namespace alexander {

Timestamp SystemClock::now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return {time.tv_sec, static_cast<std::int32_t>(time.tv_nsec)};
}

std::chrono::nanoseconds SystemClock::monotonic() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace alexander
