// A program's command line: its own options and every setting.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// An option of one program, beside the settings and --config, which all have.
struct ProgramOption {
    std::string name;         // without dashes
    char short_name = '\0';   // '\0': none
    std::string argument;     // what --help calls the value; empty for a flag
    std::string description;  // one sentence
};

/// A parsed command line. Reading is safe from any thread.
class CommandLine {
public:
    /// Takes `--name=value`, `--name value`, `-n value` and flags; names are never abbreviated, and
    /// `--` ends them. Everything else is positional. Options may be repeated.
    /// Throws invalid_argument naming the option, and the nearest known one for an unknown name.
    [[nodiscard]] static CommandLine parse(std::span<const ProgramOption> options,
                                           const std::vector<std::string>& arguments);

    [[nodiscard]] bool has(std::string_view name) const { return values_.count(name) != 0; }

    /// The last value given; nothing if the option was not given. Empty for a flag.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

    /// All values given, in order.
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

    [[nodiscard]] const std::vector<std::string>& positional() const noexcept {
        return positional_;
    }

private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::vector<std::string> positional_;
};

/// The text of --help: the options, then --config and the settings of `sections` from the table,
/// at most 80 columns wide. Ends with a newline.
[[nodiscard]] std::string option_help(std::span<const ProgramOption> options,
                                      std::span<const std::string_view> sections);

/// --config, which every program has.
[[nodiscard]] const ProgramOption& config_option();

/// A line of --help: `head`, then the description from the 32nd column on, wrapped at 80. Ends with
/// a newline.
[[nodiscard]] std::string help_entry(std::string_view head, std::string_view description);
[[nodiscard]] std::string help_entry(const ProgramOption& option);

/// The arguments of main without the program's name.
[[nodiscard]] std::vector<std::string> arguments_of(int count, const char* const* values);

}  // namespace alexander
