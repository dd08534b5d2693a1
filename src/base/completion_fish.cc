// Completion in fish: one `complete` line a word or option.
#include "base/completion_rules.h"

#include <algorithm>

namespace alexander::completion {

namespace {

// In fish only \ and ' are special within single quotes.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "'";
}

std::string option_line(const std::string& begin, const Option& option) {
    std::string line = begin + " -l " + option.name;
    if (option.short_name != '\0')
        line += std::string(" -s ") + option.short_name;
    switch (option.value) {
        case Value::none:
            break;
        case Value::path:
            line += " -r -F";
            break;
        case Value::choice:
            line += " -x -a " + literal(option.choices);
            break;
        case Value::text:
            line += " -x";
            break;
    }
    return line + " -d " + literal(option.description) + "\n";
}

// Words before the cursor that are neither options nor their values.
std::string words_function(const CompletedProgram& program, const std::string& function) {
    std::vector<std::string> with_value;
    for (const Option& option : all_options(program))
        if (option.value != Value::none)
            for (const std::string& spelling : option.spellings())
                with_value.push_back(spelling);
    return "function " + function +
           "_words\n"
           "    set -l given\n"
           "    set -l skip no\n"
           "    for word in (commandline -opc)[2..-1]\n"
           "        if test $skip = yes\n"
           "            set skip no\n"
           "        else if contains -- $word " +
           joined(with_value, " ") +
           "\n            set skip yes\n"
           "        else if not string match -q -- '-*' $word\n"
           "            set -a given $word\n"
           "        end\n"
           "    end\n"
           "    string join ' ' -- $given\n"
           "end\n\n"
           "function " +
           function +
           "_at\n"
           "    set -l given (string join '' -- (" +
           function +
           "_words))\n"
           "    test \"$given\" = \"$argv\"\n"
           "end\n\n"
           "function " +
           function +
           "_in\n"
           "    set -l given (string join '' -- (" +
           function +
           "_words))\n"
           "    test \"$given\" = \"$argv\"; or string match -q -- \"$argv *\" \"$given\"\n"
           "end\n\n";
}

}  // namespace

std::string fish_script(const CompletedProgram& program) {
    const std::string function = "_" + function_name(program);
    const std::string begin = "complete -c " + program.name;
    std::string text = "# fish completion of " + program.name +
                       ", made from its table of options\n\n" + words_function(program, function);
    const bool takes_files =
        std::ranges::any_of(program.commands, [](const CompletedCommand& command) {
            return command.words.empty() && command.takes_files;
        });
    if (!takes_files)
        text += begin + " -f\n";
    for (const auto& [before, words] : next_words(program))
        for (const Word& word : words)
            text += begin + " -n " + literal(function + "_at " + literal(before)) + " -a " +
                    word.text + " -d " + literal(word.description) + "\n";
    for (const CompletedCommand& command : program.commands) {
        if (command.words.empty())
            continue;
        const std::string here =
            begin + " -n " + literal(function + "_in " + joined(command.words, " "));
        for (const ProgramOption& option : command.options)
            text += option_line(here, describe(option));
        if (command.takes_files)
            text += here + " -F\n";
    }
    for (const Option& option : everywhere(program))
        text += option_line(begin, option);
    return text;
}

}  // namespace alexander::completion
