// Completion in bash: one function that needs nothing of the package bash-completion.
#include "base/completion_rules.h"

namespace alexander::completion {

namespace {

std::string spellings_of(std::span<const Option> options) {
    std::vector<std::string> all;
    for (const Option& option : options)
        for (const std::string& spelling : option.spellings())
            all.push_back(spelling);
    return joined(all, " ");
}

// What follows an option that takes a value.
std::string value_cases(std::span<const Option> options) {
    std::string text = "    case $option in\n";
    if (const std::string paths = patterns(options, Value::path); !paths.empty())
        text += "        " + paths +
                ")\n            compopt -o filenames 2>/dev/null\n"
                "            mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                "            return ;;\n";
    for (const Option& option : options)
        if (option.value == Value::choice)
            text += "        " + joined(option.spellings(), "|") +
                    ")\n            mapfile -t COMPREPLY < <(compgen -W " + quoted(option.choices) +
                    " -- \"$cur\")\n            return ;;\n";
    if (const std::string texts = patterns(options, Value::text); !texts.empty())
        text += "        " + texts + ")\n            return ;;\n";
    return text + "    esac\n";
}

std::string skipping_pattern(std::span<const Option> options) {
    std::vector<std::string> all;
    for (const Value value : {Value::path, Value::choice, Value::text})
        if (const std::string some = patterns(options, value); !some.empty())
            all.push_back(some);
    return joined(all, "|");
}

std::string command_cases(const CompletedProgram& program) {
    std::string text;
    for (const CompletedCommand& command : program.commands) {
        std::vector<Option> own;
        for (const ProgramOption& option : command.options)
            own.push_back(describe(option));
        const std::string name = joined(command.words, " ");
        text += "        " + (name.empty() ? "*" : quoted(name) + "|" + quoted(name + " ") + "*") +
                ")\n            options+=" + quoted(" " + spellings_of(own)) + "\n" +
                (command.takes_files ? "            files=yes\n" : "") + "            ;;\n";
    }
    return text;
}

std::string word_cases(const CompletedProgram& program) {
    std::string text;
    for (const auto& [before, words] : next_words(program)) {
        std::vector<std::string> names;
        for (const Word& word : words)
            names.push_back(word.text);
        text += "        " + quoted(before) + ")\n            words=" + quoted(joined(names, " ")) +
                " ;;\n";
    }
    return text;
}

constexpr const char* head =
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local option='' options words='' files='' word i given=''\n"
    "    COMPREPLY=()\n"
    "    # An = is a word of its own to bash.\n"
    "    if [[ $cur == = ]]; then\n"
    "        option=$prev cur=''\n"
    "    elif [[ $prev == = ]]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    elif [[ $prev == -* ]]; then\n"
    "        option=$prev\n"
    "    fi\n";

constexpr const char* tail =
    "    if [[ $cur == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
    "    elif [[ -n $words ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "    elif [[ -n $files ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    fi\n"
    "}\n";

}  // namespace

std::string bash_script(const CompletedProgram& program) {
    const std::vector<Option> all = all_options(program);
    const std::string function = function_name(program);
    return "# bash completion of " + program.name + ", made from its table of options\n\n" +
           function + "()\n" + head + value_cases(all) +
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        word=${COMP_WORDS[i]}\n"
           "        case $word in\n            " +
           skipping_pattern(all) +
           ")\n"
           "                [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))\n"
           "                ((i++)) ;;\n"
           "            -*|=) ;;\n"
           "            *) given+=${given:+ }$word ;;\n"
           "        esac\n"
           "    done\n"
           "    options=" +
           quoted(spellings_of(everywhere(program))) + "\n    case $given in\n" +
           word_cases(program) + "    esac\n    case $given in\n" + command_cases(program) +
           "    esac\n" + tail + "complete -F " + function + " " + program.name + "\n";
}

}  // namespace alexander::completion
