// The one table of metrics: the text that is scraped, docs/metrics.md, the dashboard and the alert
// rules are checked against it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace alexander {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

/// Which daemons show it.
enum class MetricSource : std::uint8_t { s3d, fuse, both };

/// One row. Names end in their unit; counters in `_total`.
struct MetricRow {
    std::string_view name;
    MetricKind kind;
    MetricSource source;
    std::string_view labels;       // names, separated by commas; empty for none
    std::string_view description;  // one sentence
};

/// Grouped by what they are about.
[[nodiscard]] std::span<const MetricRow> metrics_table();

/// nullptr for a name that is not there.
[[nodiscard]] const MetricRow* find_metric(std::string_view name);

[[nodiscard]] std::string_view to_string(MetricKind kind) noexcept;

}  // namespace alexander
