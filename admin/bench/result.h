// What bench measures, and what is said of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::admin {

/// Rates are better when greater, times when smaller.
enum class Sense : std::uint8_t { rate, time };

/// What a measure is compared with: values of small but sound hardware.
struct Measure {
    std::string_view name;  // snake_case, stable
    std::string_view about;
    std::string_view unit;
    Sense sense;
    double good;
    double poor;
    std::string_view advice;  // for a poor one
};

[[nodiscard]] const Measure& find_measure(std::string_view name);

struct Result {
    std::string_view name;
    double value = 0;
    std::string skipped;  // why there is no value; else empty
};

using Results = std::vector<Result>;

/// "good", "fair" or "poor"; "skipped".
[[nodiscard]] std::string_view verdict_of(const Result& result);

struct BenchOptions {
    std::string folder;              // scratch, on the disk that is measured
    std::chrono::milliseconds each;  // for each measure
    std::uint64_t large_bytes = 0;   // of large files and objects
};

void bench_processor(const BenchOptions& options, Results& results);
void bench_disk(const BenchOptions& options, Results& results);

}  // namespace alexander::admin
