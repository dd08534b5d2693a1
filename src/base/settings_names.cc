// Settings by their names.
#include "base/settings_table.h"

#include <algorithm>

namespace alexander {

const SettingRow* find_setting(std::string_view name) {
    const auto table = settings_table();
    const auto row = std::ranges::find(table, name, &SettingRow::name);
    return row == table.end() ? nullptr : &*row;
}

std::vector<std::string> setting_names() {
    std::vector<std::string> names;
    names.reserve(settings_table().size());
    for (const SettingRow& row : settings_table())
        names.emplace_back(row.name);
    return names;
}

std::string environment_name(const SettingRow& row) {
    std::string name = "ALEXANDER_";
    for (const char letter : row.name) {
        const bool lower = letter >= 'a' && letter <= 'z';
        name += letter == '.' ? '_' : lower ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return name;
}

}  // namespace alexander
