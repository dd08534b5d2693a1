// What is counted of requests. Labels are bounded: operations, statuses and codes that there are.
#pragma once

#include "base/metrics/text.h"
#include "s3d/request_boundary.h"

#include <array>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace alexander::s3 {

/// Any thread may call any method at any time.
class HttpMeters {
public:
    HttpMeters();

    void note(const AccessLine& line);

    void note_slow() { slow_.add(); }

    void write(MetricsText& text) const;

private:
    static constexpr std::size_t status_count = 24;

    struct Operation {
        std::array<Counter, status_count> by_status;
        Histogram duration{latency_shape()};
    };

    [[nodiscard]] static std::size_t status_index(int status);
    void write_requests(MetricsText& text) const;

    // Filled by the constructor, and constant but for the counters.
    std::unordered_map<std::string_view, std::unique_ptr<Operation>> operations_;
    std::unordered_map<std::string_view, std::unique_ptr<Counter>> errors_;
    std::array<Counter, 5> auth_failures_;
    Counter received_;
    Counter sent_;
    Counter slow_;
};

}  // namespace alexander::s3
