// What is counted while programs run. Cheap enough for every request: relaxed additions, no lock.
// Why no library: docs/adr/0030-own-metrics.md.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace alexander {

/// Only rises. Any thread may call any method at any time.
class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept {
        value_.fetch_add(amount, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Rises and falls. Any thread may call any method at any time.
class Level {
public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

    void add(std::int64_t amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }

    [[nodiscard]] std::int64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::int64_t> value_{0};
};

/// How a histogram divides what it observes.
struct HistogramShape {
    std::span<const std::uint64_t> bounds;  // rising; a value is at most its bucket's bound
    double per_unit;                        // observed values in one unit of what is shown
};

/// Counts of observations by size. Any thread may call any method at any time.
///
/// An observation is two additions; readers may see one of them before the other.
class Histogram {
public:
    static constexpr std::size_t most_bounds = 20;

    explicit Histogram(const HistogramShape& shape) : shape_(shape) {}

    void observe(std::uint64_t value) noexcept;

    void observe(std::chrono::nanoseconds duration) noexcept {
        observe(static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count()));
    }

    [[nodiscard]] const HistogramShape& shape() const noexcept { return shape_; }

    /// Of bucket `index`; the one after the last bound holds everything greater.
    [[nodiscard]] std::uint64_t bucket(std::size_t index) const noexcept {
        return buckets_[index].value();
    }

    /// Of all observations, as observed.
    [[nodiscard]] std::uint64_t sum() const noexcept { return sum_.value(); }

    [[nodiscard]] std::uint64_t count() const noexcept;

private:
    const HistogramShape shape_;
    std::array<Counter, most_bounds + 1> buckets_;
    Counter sum_;
};

/// From 100 microseconds to 30 seconds, observed in nanoseconds.
[[nodiscard]] HistogramShape latency_shape() noexcept;

/// Powers of two up to 1,024.
[[nodiscard]] HistogramShape size_shape() noexcept;

/// Observes how long it lived.
class Stopwatch {
public:
    explicit Stopwatch(Histogram& histogram) noexcept
        : histogram_(histogram), began_(std::chrono::steady_clock::now()) {}

    ~Stopwatch() { histogram_.observe(std::chrono::steady_clock::now() - began_); }

    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    Histogram& histogram_;
    const std::chrono::steady_clock::time_point began_;
};

}  // namespace alexander
