// Completion in zsh: the words before the cursor decide, as in bash, with descriptions.
#include "base/completion_rules.h"

namespace alexander::completion {

namespace {

// `word:description` for _describe, in which a colon ends the word.
std::string entry(const std::string& word, const std::string& description) {
    std::string escaped;
    for (const char c : word)
        escaped += c == ':' ? std::string("\\:") : std::string(1, c);
    return quoted(escaped + ":" + description);
}

std::string entries(std::span<const Option> options) {
    std::string text;
    for (const Option& option : options)
        for (const std::string& spelling : option.spellings())
            text += "            " + entry(spelling, option.description) + "\n";
    return text;
}

std::string value_cases(std::span<const Option> options) {
    std::string text = "    case $option in\n";
    if (const std::string paths = patterns(options, Value::path); !paths.empty())
        text += "        (" + paths + ") _files; return ;;\n";
    for (const Option& option : options)
        if (option.value == Value::choice)
            text += "        (" + joined(option.spellings(), "|") + ") compadd -- " +
                    option.choices + "; return ;;\n";
    if (const std::string texts = patterns(options, Value::text); !texts.empty())
        text += "        (" + texts + ") _message value; return ;;\n";
    return text + "    esac\n";
}

std::string skipping_pattern(std::span<const Option> options) {
    std::vector<std::string> all;
    for (const Value value : {Value::path, Value::choice, Value::text})
        if (const std::string some = patterns(options, value); !some.empty())
            all.push_back(some);
    return joined(all, "|");
}

std::string word_cases(const CompletedProgram& program) {
    std::string text;
    for (const auto& [before, words] : next_words(program)) {
        text += "        (" + quoted(before) + ") candidates=(\n";
        for (const Word& word : words)
            text += "            " + entry(word.text, word.description) + "\n";
        text += "        ) ;;\n";
    }
    return text;
}

std::string command_cases(const CompletedProgram& program) {
    std::string text;
    for (const CompletedCommand& command : program.commands) {
        std::vector<Option> own;
        for (const ProgramOption& option : command.options)
            own.push_back(describe(option));
        const std::string name = joined(command.words, " ");
        text += "        (" + (name.empty() ? "*" : quoted(name) + "|" + quoted(name + " ") + "*") +
                ") options+=(\n" + entries(own) + "        )" +
                (command.takes_files ? "; files=yes" : "") + " ;;\n";
    }
    return text;
}

constexpr const char* head =
    "    local -a candidates options\n"
    "    local option='' files='' word given=''\n"
    "    integer i\n"
    "    if [[ $PREFIX == --*=* ]]; then\n"
    "        option=${PREFIX%%=*}\n"
    "        compset -P '*='\n"
    "    elif [[ $words[CURRENT-1] == -* ]]; then\n"
    "        option=$words[CURRENT-1]\n"
    "    fi\n";

constexpr const char* tail =
    "    if [[ $PREFIX == -* ]]; then\n"
    "        _describe -o option options\n"
    "    elif (( $#candidates )); then\n"
    "        _describe command candidates\n"
    "    elif [[ -n $files ]]; then\n"
    "        _files\n"
    "    fi\n"
    "}\n\n";

}  // namespace

std::string zsh_script(const CompletedProgram& program) {
    const std::vector<Option> all = all_options(program);
    const std::string function = function_name(program);
    return "#compdef " + program.name + "\n# made from its table of options\n\n" + function +
           "() {\n" + head + value_cases(all) +
           "    for ((i = 2; i < CURRENT; i++)); do\n"
           "        word=$words[i]\n"
           "        case $word in\n            (" +
           skipping_pattern(all) +
           ") ((i++)) ;;\n"
           "            (-*) ;;\n"
           "            (*) given+=${given:+ }$word ;;\n"
           "        esac\n"
           "    done\n"
           "    options=(\n" +
           entries(everywhere(program)) + "    )\n    case $given in\n" + word_cases(program) +
           "    esac\n    case $given in\n" + command_cases(program) + "    esac\n" + tail +
           function + " \"$@\"\n";
}

}  // namespace alexander::completion
