// What the scripts of all shells are made of. Only for src/base/completion*.cc.
#pragma once

#include "base/completion.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace alexander::completion {

enum class Value : std::uint8_t { none, path, choice, text };

/// An option with what may follow it.
struct Option {
    std::string name;  // without dashes
    char short_name = '\0';
    std::string description;
    Value value = Value::none;
    std::string choices;  // separated by spaces

    /// "--name", and "-n" if there is one.
    [[nodiscard]] std::vector<std::string> spellings() const;
};

[[nodiscard]] Option describe(const ProgramOption& option);

/// Every setting.
[[nodiscard]] std::vector<Option> settings();

/// All options of the program, each once: its own, those of its commands, --config, the settings.
[[nodiscard]] std::vector<Option> all_options(const CompletedProgram& program);

/// The program's own options with --config, and the settings.
[[nodiscard]] std::vector<Option> everywhere(const CompletedProgram& program);

struct Word {
    std::string text;
    std::string description;
};

/// What may follow nothing (key ""), and what may follow a first word.
[[nodiscard]] std::map<std::string, std::vector<Word>> next_words(const CompletedProgram& program);

/// Spellings of the options that take a value, joined by '|'.
[[nodiscard]] std::string patterns(std::span<const Option> options, Value value);

/// In single quotes, as all three shells read it.
[[nodiscard]] std::string quoted(std::string_view text);

/// A shell function's name for the program.
[[nodiscard]] std::string function_name(const CompletedProgram& program);

[[nodiscard]] std::string joined(std::span<const std::string> words, std::string_view between);

[[nodiscard]] std::string bash_script(const CompletedProgram& program);
[[nodiscard]] std::string zsh_script(const CompletedProgram& program);
[[nodiscard]] std::string fish_script(const CompletedProgram& program);

}  // namespace alexander::completion
