// Metrics in Prometheus' text format, version 0.0.4.
#pragma once

#include "base/metrics/meters.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander {

/// Collects the samples of one scrape. One thread.
///
/// Names and labels must be those of the metrics table, and all samples of a name come one after
/// another: anything else is a fault of the program.
class MetricsText {
public:
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

    void add(std::string_view name, double value, const Labels& labels = {});
    void add(std::string_view name, const Histogram& histogram, const Labels& labels = {});

    void add(std::string_view name, const Counter& counter, const Labels& labels = {}) {
        add(name, static_cast<double>(counter.value()), labels);
    }

    /// Says that the metric exists, though nothing of it has happened yet.
    void declare(std::string_view name) { begin(name); }

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void begin(std::string_view name);
    void sample(std::string_view name, std::string_view suffix, const Labels& labels, double value);

    std::string text_;
    std::string_view current_;  // of the table
    std::set<std::string_view> seen_;
};

}  // namespace alexander
