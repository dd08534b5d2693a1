// completion.
#include "admin/families.h"
#include "base/completion.h"

#include <algorithm>
#include <array>

namespace alexander::admin {

namespace {

bool takes_files(std::string_view operands) {
    return operands.find("PATH") != std::string_view::npos ||
           operands.find("DIR") != std::string_view::npos ||
           operands.find("FILE") != std::string_view::npos;
}

std::vector<ProgramOption> own_options(const CommandFamily& family, const Command& command) {
    std::vector<ProgramOption> options;
    for (const ProgramOption& option : family.options)
        if (std::ranges::find(command.options, option.name) != command.options.end())
            options.push_back(option);
    return options;
}

void print_completion(const Invocation& invocation) {
    const Shell shell = parse_shell(invocation.operands[0]);
    CompletedProgram program{"alexander-admin", {}, {}};
    program.options.assign(common_options().begin(), common_options().end());
    for (const CommandFamily& family : families())
        for (const Command& command : family.commands)
            program.commands.push_back({words_of(command),
                                        std::string(command.description),
                                        takes_files(command.operands),
                                        own_options(family, command)});
    const std::string script = completion_script(shell, program);
    if (invocation.out.is_json())
        invocation.out.record({{"shell", invocation.operands[0]}, {"script", script}});
    else
        invocation.out.text(script);
}

constexpr std::array command_table{
    Command{"completion",
            "bash|zsh|fish",
            "Prints what completes this program's command line in a shell.",
            {},
            print_completion,
            SettingsNeed::none},
};

}  // namespace

CommandFamily completion_family() {
    return {"Shells", command_table, {}};
}

}  // namespace alexander::admin
