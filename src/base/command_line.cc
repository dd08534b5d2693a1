#include "base/command_line.h"

#include "base/error.h"
#include "base/settings_table.h"

#include <boost/program_options.hpp>

#include <algorithm>

namespace alexander {

namespace po = boost::program_options;

namespace {

constexpr std::size_t line_width = 80;
constexpr std::size_t description_column = 32;

std::vector<std::string> all_names(std::span<const ProgramOption> options) {
    std::vector<std::string> names;
    for (const std::string& setting : setting_names())
        names.push_back("--" + setting);
    names.push_back("--" + config_option().name);
    for (const ProgramOption& option : options)
        names.push_back("--" + option.name);
    return names;
}

void describe(po::options_description& description, const ProgramOption& option) {
    std::string names = option.name;
    if (option.short_name != '\0')
        names += std::string(",") + option.short_name;
    // The type does not matter: the value's text is taken as it stands.
    if (option.argument.empty())
        description.add_options()(names.c_str(), "");
    else
        description.add_options()(names.c_str(), po::value<bool>(), "");
}

// Boost refuses `--name=`, but takes an empty value as an argument of its own.
std::vector<std::string> split_empty_values(const std::vector<std::string>& arguments) {
    std::vector<std::string> result;
    bool ended = false;
    for (const std::string& argument : arguments) {
        ended = ended || argument == "--";
        const bool empty_value = !ended && argument.size() > 3 && argument.substr(0, 2) == "--" &&
                                 argument.find('=') == argument.size() - 1;
        result.push_back(empty_value ? argument.substr(0, argument.size() - 1) : argument);
        if (empty_value)
            result.emplace_back();
    }
    return result;
}

po::parsed_options parse_with_boost(const po::options_description& description,
                                    const std::vector<std::string>& arguments) {
    const std::vector<std::string> split = split_empty_values(arguments);
    namespace styles = po::command_line_style;
    constexpr int style = styles::unix_style & ~styles::allow_guessing;
    return po::command_line_parser(split).options(description).style(style).run();
}

std::string argument_name(const SettingRow& row) {
    switch (row.type) {
        case SettingType::text:
            return "TEXT";
        case SettingType::path:
            return "PATH";
        case SettingType::integer:
            return "NUMBER";
        case SettingType::boolean:
            return "true|false";
        case SettingType::choice:
            return std::string(row.choices);
        case SettingType::secret:
            return "SECRET";
    }
    return {};
}

std::string describe_setting(const SettingRow& row) {
    std::string text(row.description);
    if (!row.default_value.empty()) {
        text += " Default: " + std::string(row.default_value);
        if (!row.unit.empty())
            text += " " + std::string(row.unit);
        text += '.';
    }
    return text;
}

// Appends words between description_column and line_width, starting at the end of `out`.
void append_wrapped(std::string& out, std::size_t column, std::string_view text) {
    if (column + 2 > description_column) {
        out += '\n';
        column = 0;
    }
    out.append(description_column - column, ' ');
    column = description_column;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const bool first = column == description_column;
        if (!first && column + 1 + word.size() > line_width) {
            out += '\n';
            out.append(description_column, ' ');
            column = description_column;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    out += '\n';
}

}  // namespace

const ProgramOption& config_option() {
    static const ProgramOption option{
        "config",
        'c',
        "FILE",
        "Settings file, instead of ALEXANDER_CONFIG or /etc/alexander/alexander.yaml."};
    return option;
}

std::string help_entry(std::string_view head, std::string_view description) {
    std::string out(head);
    append_wrapped(out, head.size(), description);
    return out;
}

std::string help_entry(const ProgramOption& option) {
    std::string names = "      --";
    if (option.short_name != '\0')
        names = std::string("  -") + option.short_name + ", --";
    names += option.name;
    if (!option.argument.empty())
        names += " " + option.argument;
    return help_entry(names, option.description);
}

CommandLine CommandLine::parse(std::span<const ProgramOption> options,
                               const std::vector<std::string>& arguments) {
    po::options_description description;
    describe(description, config_option());
    for (const SettingRow& row : settings_table())
        describe(description, {std::string(row.name), '\0', argument_name(row), {}});
    for (const ProgramOption& option : options)
        describe(description, option);

    CommandLine result;
    try {
        for (po::option& given : parse_with_boost(description, arguments).options) {
            if (given.position_key >= 0) {
                std::move(
                    given.value.begin(), given.value.end(), std::back_inserter(result.positional_));
                continue;
            }
            auto& values = result.values_[given.string_key];
            values.push_back(given.value.empty() ? std::string() : std::move(given.value.front()));
        }
    } catch (const po::unknown_option& error) {
        std::string name = error.get_option_name();
        name.erase(0, name.find_first_not_of('-'));
        throw Error(ErrorCode::invalid_argument,
                    "unknown option " + error.get_option_name() +
                        suggest_nearest("--" + name, all_names(options)));
    } catch (const po::error& error) {
        throw Error(ErrorCode::invalid_argument, error.what());
    }
    return result;
}

std::optional<std::string> CommandLine::find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end())
        return std::nullopt;
    return found->second.back();
}

std::vector<std::string> CommandLine::all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::string option_help(std::span<const ProgramOption> options,
                        std::span<const std::string_view> sections) {
    std::string out = "Options:\n";
    for (const ProgramOption& option : options)
        out += help_entry(option);
    out += help_entry(config_option());
    out += "\nSettings, also in the settings file or as ALEXANDER_<SECTION>_<KEY>:\n";
    for (const SettingRow& row : settings_table()) {
        if (std::find(sections.begin(), sections.end(), row.section()) != sections.end())
            out += help_entry(ProgramOption{
                std::string(row.name), '\0', argument_name(row), describe_setting(row)});
    }
    return out;
}

std::vector<std::string> arguments_of(int count, const char* const* values) {
    return count > 1 ? std::vector<std::string>(values + 1, values + count)
                     : std::vector<std::string>();
}

}  // namespace alexander
