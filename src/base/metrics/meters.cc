#include "base/metrics/meters.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::uint64_t microsecond = 1'000;
constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1'000'000'000;

constexpr std::array<std::uint64_t, 18> latencies{100 * microsecond,
                                                  250 * microsecond,
                                                  500 * microsecond,
                                                  1 * millisecond,
                                                  2'500 * microsecond,
                                                  5 * millisecond,
                                                  10 * millisecond,
                                                  25 * millisecond,
                                                  50 * millisecond,
                                                  100 * millisecond,
                                                  250 * millisecond,
                                                  500 * millisecond,
                                                  1 * second,
                                                  2'500 * millisecond,
                                                  5 * second,
                                                  10 * second,
                                                  20 * second,
                                                  30 * second};
static_assert(latencies.size() <= Histogram::most_bounds);

constexpr std::array<std::uint64_t, 11> sizes{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

}  // namespace

HistogramShape latency_shape() noexcept {
    return {latencies, static_cast<double>(second)};
}

HistogramShape size_shape() noexcept {
    return {sizes, 1.0};
}

void Histogram::observe(std::uint64_t value) noexcept {
    const auto bound = std::lower_bound(shape_.bounds.begin(), shape_.bounds.end(), value);
    buckets_[static_cast<std::size_t>(bound - shape_.bounds.begin())].add();
    sum_.add(value);
}

std::uint64_t Histogram::count() const noexcept {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= shape_.bounds.size(); ++i)
        count += buckets_[i].value();
    return count;
}

}  // namespace alexander
