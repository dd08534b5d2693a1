// Completion scripts for shells, made from the tables that the command line is parsed with.
#pragma once

#include "base/command_line.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

enum class Shell : std::uint8_t { bash, zsh, fish };

/// Throws invalid_argument for another than bash, zsh and fish.
[[nodiscard]] Shell parse_shell(std::string_view name);

/// A command of a program, or a program without commands.
struct CompletedCommand {
    std::vector<std::string> words;  // one or two; none: the program itself
    std::string description;
    bool takes_files = false;  // its operands are paths
    std::vector<ProgramOption> options;
};

struct CompletedProgram {
    std::string name;
    std::vector<ProgramOption> options;  // that it takes anywhere; --config is added
    std::vector<CompletedCommand> commands;
};

/// The script as it is installed or sourced: commands, options and every setting; file names where
/// an option takes a path, and the choices of settings that have some. Ends with a newline.
[[nodiscard]] std::string completion_script(Shell shell, const CompletedProgram& program);

/// Of a program that has no commands and takes paths.
[[nodiscard]] std::string completion_script(Shell shell,
                                            const std::string& name,
                                            const std::vector<ProgramOption>& options);

}  // namespace alexander
