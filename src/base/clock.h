// Time as the store sees it, so that tests can set it.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace alexander {

/// A moment as the catalog keeps it: seconds since 1970 (may be negative) and nanoseconds.
struct Timestamp {
    std::int64_t seconds = 0;
    std::int32_t nanoseconds = 0;

    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

class Clock {
public:
    virtual ~Clock() = default;

    /// Wall clock; it may jump.
    [[nodiscard]] virtual Timestamp now() = 0;

    /// CLOCK_MONOTONIC, the same for every process of the host.
    [[nodiscard]] virtual std::chrono::nanoseconds monotonic() = 0;
};

/// The host's clock. Stateless.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override;
    [[nodiscard]] std::chrono::nanoseconds monotonic() override;
};

}  // namespace alexander
