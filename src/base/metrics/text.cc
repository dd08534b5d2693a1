#include "base/metrics/text.h"

#include "base/metrics/table.h"

#include <cassert>
#include <charconv>
#include <cmath>

namespace alexander {

namespace {

std::string number_text(double value) {
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end.ptr};
}

void append_escaped(std::string& out, std::string_view text, bool quoted) {
    for (const char letter : text) {
        if (letter == '\\')
            out += "\\\\";
        else if (letter == '\n')
            out += "\\n";
        else if (letter == '"' && quoted)
            out += "\\\"";
        else
            out += letter;
    }
}

std::string names_of(const MetricsText::Labels& labels) {
    std::string names;
    for (const auto& [name, value] : labels) {
        if (name == "le")
            continue;
        if (!names.empty())
            names += ',';
        names += name;
    }
    return names;
}

}  // namespace

void MetricsText::begin(std::string_view name) {
    if (name == current_)
        return;
    const MetricRow* const row = find_metric(name);
    assert(row != nullptr);
    [[maybe_unused]] const bool is_new = seen_.insert(row->name).second;
    assert(is_new);
    current_ = row->name;
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, row->description, false);
    text_.append("\n# TYPE ").append(name).append(" ").append(to_string(row->kind)).append("\n");
}

void MetricsText::sample(std::string_view name,
                         std::string_view suffix,
                         const Labels& labels,
                         double value) {
    text_.append(name).append(suffix);
    char before = '{';
    for (const auto& [label, text] : labels) {
        text_ += before;
        text_.append(label).append("=\"");
        append_escaped(text_, text, true);
        text_ += '"';
        before = ',';
    }
    if (!labels.empty())
        text_ += '}';
    text_.append(" ").append(number_text(value)).append("\n");
}

void MetricsText::add(std::string_view name, double value, const Labels& labels) {
    begin(name);
    assert(find_metric(name)->kind != MetricKind::histogram);
    assert(find_metric(name)->labels == names_of(labels));
    sample(name, "", labels, value);
}

void MetricsText::add(std::string_view name, const Histogram& histogram, const Labels& labels) {
    begin(name);
    assert(find_metric(name)->kind == MetricKind::histogram);
    assert(find_metric(name)->labels == names_of(labels));
    const HistogramShape& shape = histogram.shape();
    std::uint64_t below = 0;
    Labels with_bound = labels;
    with_bound.emplace_back("le", "");
    for (std::size_t i = 0; i <= shape.bounds.size(); ++i) {
        below += histogram.bucket(i);
        const bool is_last = i == shape.bounds.size();
        const std::string bound =
            is_last ? "+Inf" : number_text(static_cast<double>(shape.bounds[i]) / shape.per_unit);
        with_bound.back().second = bound;
        sample(name, "_bucket", with_bound, static_cast<double>(below));
    }
    sample(name, "_sum", labels, static_cast<double>(histogram.sum()) / shape.per_unit);
    // The sum of the buckets as just read: it must equal the last of them.
    sample(name, "_count", labels, static_cast<double>(below));
}

}  // namespace alexander
