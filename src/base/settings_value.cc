#include "base/error.h"
#include "base/settings_table.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

namespace alexander {

namespace {

[[noreturn]] void refuse(const SettingRow& row,
                         const std::string& text,
                         const std::string& source,
                         const std::string& wanted) {
    const std::string shown = row.type == SettingType::secret ? "" : " \"" + text + "\"";
    throw Error(ErrorCode::invalid_argument,
                std::string(row.name) + ":" + shown + " from " + source + " is not " + wanted);
}

std::optional<std::int64_t> parse_integer(const SettingRow& row, std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number < row.minimum ||
        number > row.maximum)
        return std::nullopt;
    return number;
}

std::optional<std::int64_t> parse_boolean(std::string_view text) {
    for (const std::string_view yes : {"true", "yes", "on"})
        if (text == yes)
            return 1;
    for (const std::string_view no : {"false", "no", "off"})
        if (text == no)
            return 0;
    return std::nullopt;
}

std::optional<std::int64_t> parse_choice(std::string_view choices, std::string_view text) {
    for (std::int64_t index = 0;; ++index) {
        const std::size_t bar = choices.find('|');
        if (choices.substr(0, bar) == text)
            return index;
        if (bar == std::string_view::npos)
            return std::nullopt;
        choices.remove_prefix(bar + 1);
    }
}

std::string wanted_integer(const SettingRow& row) {
    std::string wanted = "a whole number";
    if (!row.unit.empty())
        wanted += " of " + std::string(row.unit);
    wanted += " from " + std::to_string(row.minimum);
    if (row.maximum != std::numeric_limits<std::int64_t>::max())
        wanted += " to " + std::to_string(row.maximum);
    return wanted;
}

// Levenshtein's distance.
std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

SettingValue parse_setting(const SettingRow& row,
                           const std::string& text,
                           const std::string& source) {
    const auto checked = [&](std::optional<std::int64_t> number, const std::string& wanted) {
        if (!number)
            refuse(row, text, source, wanted);
        return SettingValue{text, *number};
    };
    if (text.find('\0') != std::string::npos)
        refuse(row, "", source, "text without zero bytes");
    switch (row.type) {
        case SettingType::text:
        case SettingType::path:
        case SettingType::secret:
            return {text, 0};
        case SettingType::integer:
            return checked(parse_integer(row, text), wanted_integer(row));
        case SettingType::boolean:
            return checked(parse_boolean(text), "true or false");
        case SettingType::choice:
            return checked(parse_choice(row.choices, text), "one of " + std::string(row.choices));
    }
    return {};
}

std::string suggest_nearest(std::string_view wrong, const std::vector<std::string>& candidates) {
    const std::string* nearest = nullptr;
    std::size_t least = wrong.size() / 2 + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(wrong, candidate);
        if (distance < least) {
            least = distance;
            nearest = &candidate;
        }
    }
    return nearest == nullptr ? "" : ", did you mean " + *nearest + "?";
}

}  // namespace alexander
