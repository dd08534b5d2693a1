#include "base/completion.h"

#include "base/completion_rules.h"
#include "base/error.h"
#include "base/settings_table.h"

#include <algorithm>

namespace alexander {

namespace completion {

namespace {

bool names_a_path(std::string_view argument) {
    return argument.find("FILE") != std::string_view::npos ||
           argument.find("DIR") != std::string_view::npos ||
           argument.find("PATH") != std::string_view::npos;
}

Option describe_setting(const SettingRow& row) {
    Option option{std::string(row.name), '\0', std::string(row.description), Value::text, {}};
    if (row.type == SettingType::path)
        option.value = Value::path;
    if (row.type == SettingType::boolean || row.type == SettingType::choice) {
        option.value = Value::choice;
        option.choices = row.type == SettingType::boolean ? "true false" : std::string(row.choices);
        std::ranges::replace(option.choices, '|', ' ');
    }
    return option;
}

void add_new(std::vector<Option>& all, const Option& option) {
    if (std::ranges::find(all, option.name, &Option::name) == all.end())
        all.push_back(option);
}

}  // namespace

std::vector<std::string> Option::spellings() const {
    std::vector<std::string> all{"--" + name};
    if (short_name != '\0')
        all.push_back(std::string("-") + short_name);
    return all;
}

Option describe(const ProgramOption& option) {
    Option found{option.name, option.short_name, option.description, Value::none, {}};
    if (option.argument.find('|') != std::string::npos) {
        found.value = Value::choice;
        found.choices = option.argument;
        std::ranges::replace(found.choices, '|', ' ');
    } else if (!option.argument.empty()) {
        found.value = names_a_path(option.argument) ? Value::path : Value::text;
    }
    return found;
}

std::vector<Option> settings() {
    std::vector<Option> all;
    for (const SettingRow& row : settings_table())
        all.push_back(describe_setting(row));
    return all;
}

std::vector<Option> everywhere(const CompletedProgram& program) {
    std::vector<Option> all;
    for (const ProgramOption& option : program.options)
        add_new(all, describe(option));
    add_new(all, describe(config_option()));
    for (const Option& option : settings())
        add_new(all, option);
    return all;
}

std::vector<Option> all_options(const CompletedProgram& program) {
    std::vector<Option> all = everywhere(program);
    for (const CompletedCommand& command : program.commands)
        for (const ProgramOption& option : command.options)
            add_new(all, describe(option));
    return all;
}

std::map<std::string, std::vector<Word>> next_words(const CompletedProgram& program) {
    std::map<std::string, std::vector<Word>> next;
    for (const CompletedCommand& command : program.commands) {
        if (command.words.empty())
            continue;
        const bool is_whole = command.words.size() == 1;
        std::vector<Word>& first = next[""];
        const auto known = std::ranges::find(first, command.words[0], &Word::text);
        if (known == first.end())
            first.push_back({command.words[0], is_whole ? command.description : "..."});
        if (!is_whole)
            next[command.words[0]].push_back({command.words[1], command.description});
    }
    return next;
}

std::string patterns(std::span<const Option> options, Value value) {
    std::vector<std::string> all;
    for (const Option& option : options)
        if (option.value == value)
            for (const std::string& spelling : option.spellings())
                all.push_back(spelling);
    return joined(all, "|");
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string function_name(const CompletedProgram& program) {
    std::string name = "_" + program.name;
    std::ranges::replace(name, '-', '_');
    return name;
}

std::string joined(std::span<const std::string> words, std::string_view between) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : std::string(between)) + word;
    return text;
}

}  // namespace completion

Shell parse_shell(std::string_view name) {
    if (name == "bash")
        return Shell::bash;
    if (name == "zsh")
        return Shell::zsh;
    if (name == "fish")
        return Shell::fish;
    throw Error(ErrorCode::invalid_argument,
                "there is completion for bash, zsh and fish, not for " + std::string(name));
}

std::string completion_script(Shell shell, const CompletedProgram& program) {
    switch (shell) {
        case Shell::bash:
            return completion::bash_script(program);
        case Shell::zsh:
            return completion::zsh_script(program);
        case Shell::fish:
            return completion::fish_script(program);
    }
    return {};
}

std::string completion_script(Shell shell,
                              const std::string& name,
                              const std::vector<ProgramOption>& options) {
    return completion_script(shell, {name, options, {{{}, "", true, {}}}});
}

}  // namespace alexander
