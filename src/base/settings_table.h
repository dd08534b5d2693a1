// The one table of settings: loading, --help, the man page and completion all read it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

struct Settings;

enum class SettingType : std::uint8_t { text, path, integer, boolean, choice, secret };

/// A value that fits its setting.
struct SettingValue {
    std::string text;         // as given
    std::int64_t number = 0;  // of an integer, 0 or 1 of a boolean, the index of a choice
};

/// One row. `name` is "section.key".
struct SettingRow {
    std::string_view name;
    SettingType type;
    std::string_view unit;           // empty if it has none
    std::string_view default_value;  // as an operator would write it
    std::string_view description;    // one sentence
    std::string_view choices;        // of a choice: "a|b"
    std::int64_t minimum;            // of an integer
    std::int64_t maximum;
    void (*assign)(Settings& settings, const SettingValue& value);

    [[nodiscard]] std::string_view section() const { return name.substr(0, name.find('.')); }

    [[nodiscard]] std::string_view key() const { return name.substr(name.find('.') + 1); }
};

/// Grouped by section.
[[nodiscard]] std::span<const SettingRow> settings_table();

[[nodiscard]] const SettingRow* find_setting(std::string_view name);

/// "ALEXANDER_SERVER_PORT" for "server.port".
[[nodiscard]] std::string environment_name(const SettingRow& row);

/// Throws invalid_argument with the setting's name, the text unless it is a secret, `source`, and
/// what would fit.
[[nodiscard]] SettingValue parse_setting(const SettingRow& row,
                                         const std::string& text,
                                         const std::string& source);

/// ", did you mean X?" with the candidate of the least edit distance, if one is near enough that a
/// slip explains the difference; empty otherwise.
[[nodiscard]] std::string suggest_nearest(std::string_view wrong,
                                          const std::vector<std::string>& candidates);

/// Names of all settings.
[[nodiscard]] std::vector<std::string> setting_names();

}  // namespace alexander
