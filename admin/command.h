// What a command of alexander-admin is: what it is called, takes and does.
// The commands themselves are in families, one file each: admin/families.h.
#pragma once

#include "admin/output.h"
#include "admin/progress.h"
#include "base/command_line.h"
#include "base/settings.h"
#include "store/local_store.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::admin {

/// What a command works with.
struct Invocation {
    const CommandLine& line;
    std::vector<std::string> operands;  // positional arguments after the command's words
    const Settings& settings;           // defaults for a command that needs none
    Logger& log;
    Output& out;

    /// Opens the store; each command opens it once.
    [[nodiscard]] LocalStore open_store() const;

    /// Throws invalid_argument if the option is missing.
    [[nodiscard]] std::string required(std::string_view option) const;

    /// The option's value as a number from 0, or `otherwise` without the option. Throws
    /// invalid_argument.
    [[nodiscard]] std::int64_t count(std::string_view option, std::int64_t otherwise) const;

    /// For work that takes longer than a moment: on standard error, nothing with --quiet.
    [[nodiscard]] Progress progress(std::string name) const;
};

/// Which settings must be right before a command runs.
enum class SettingsNeed : std::uint8_t { all, secrets_may_be_missing, none };

/// A row of the command table, which parsing, --help, completion and the man page's test read.
struct Command {
    std::string_view words;        // such as "user create"
    std::string_view operands;     // as --help shows them: "NAME", "[PREFIX]" optional, "PATH..."
    std::string_view description;  // one sentence
    std::span<const std::string_view> options;  // names of those that it takes beside the common
    void (*run)(const Invocation& invocation);
    SettingsNeed settings = SettingsNeed::all;
};

/// Commands that belong together, and the options that only they take. Two families may have an
/// option of the same name if both or neither take a value.
struct CommandFamily {
    std::string_view title;
    std::span<const Command> commands;
    std::span<const ProgramOption> options;
};

[[nodiscard]] std::span<const CommandFamily> families();

/// Options that every command takes.
[[nodiscard]] std::span<const ProgramOption> common_options();

/// All options that any command takes, each name once.
[[nodiscard]] std::span<const ProgramOption> program_options();

/// Those of one command, with the common ones, as its family explains them.
[[nodiscard]] std::vector<ProgramOption> options_of(const Command& command);

[[nodiscard]] std::vector<std::string> words_of(const Command& command);

/// The command that the words name. Throws invalid_argument with the nearest one for an unknown
/// command.
[[nodiscard]] const Command& find_command(std::span<const std::string> words);

/// How many operands a command takes.
struct OperandCount {
    std::size_t least = 0;
    std::size_t most = 0;
};

[[nodiscard]] OperandCount operand_count(const Command& command);

/// "alexander-admin user create [options] NAME".
[[nodiscard]] std::string usage_line(const Command& command);

/// The text of --help: every command and setting.
[[nodiscard]] std::string help_text();

/// The text of `help COMMAND`. Ends with a newline.
[[nodiscard]] std::string help_text(const Command& command);

/// Help on the words of a command, on all commands that begin with them, or on everything without
/// words. Throws invalid_argument as find_command.
[[nodiscard]] std::string help_on(std::span<const std::string> words);

}  // namespace alexander::admin
