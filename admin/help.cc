// help, version, and the texts of --help.
#include "admin/families.h"
#include "base/error.h"

#include <algorithm>

namespace alexander::admin {

namespace {

constexpr std::array<std::string_view, 6> sections{
    "storage", "database", "auth", "logging", "gc", "snapshot"};

std::string command_lines(const CommandFamily& family) {
    std::string text = std::string(family.title) + ":\n";
    for (const Command& command : family.commands)
        text +=
            help_entry("  " + std::string(command.words) + (command.operands.empty() ? "" : " ") +
                           std::string(command.operands),
                       command.description);
    return text + "\n";
}

void show_help(const Invocation& invocation) {
    invocation.out.text(help_on(invocation.operands));
}

void show_version(const Invocation& invocation) {
    if (invocation.out.is_json())
        invocation.out.record({{"version", std::string(ALEXANDER_VERSION)}});
    else
        invocation.out.text("alexander-admin " ALEXANDER_VERSION "\n");
}

constexpr std::array command_table{
    Command{"help",
            "[COMMAND...]",
            "Explains a command and its options.",
            {},
            show_help,
            SettingsNeed::none},
    Command{"version", "", "Shows the version.", {}, show_version, SettingsNeed::none},
};

}  // namespace

CommandFamily help_family() {
    return {"Help", command_table, {}};
}

std::string usage_line(const Command& command) {
    std::string text = "alexander-admin " + std::string(command.words) + " [options]";
    if (!command.operands.empty())
        text += " " + std::string(command.operands);
    return text;
}

std::string help_text() {
    std::string text =
        "Usage: alexander-admin [options] COMMAND [operands]\n\n"
        "Manages a store of Alexander Storage.\n"
        "`alexander-admin help COMMAND` explains one command.\n\n";
    for (const CommandFamily& family : families())
        text += command_lines(family);
    return text + option_help(program_options(), sections);
}

std::string help_text(const Command& command) {
    std::string text = "Usage: " + usage_line(command) + "\n\n" + std::string(command.description) +
                       "\n\nOptions:\n";
    for (const ProgramOption& option : options_of(command))
        text += help_entry(option);
    return text + help_entry(config_option()) +
           "      --SECTION.KEY=VALUE       Any setting, see alexander.yaml(5).\n";
}

std::string help_on(std::span<const std::string> words) {
    if (words.empty())
        return help_text();
    std::string text;
    for (const CommandFamily& family : families()) {
        for (const Command& command : family.commands) {
            const std::vector<std::string> name = words_of(command);
            if (words.size() < name.size() && std::equal(words.begin(), words.end(), name.begin()))
                text += (text.empty() ? "" : "\n") + help_text(command);
        }
    }
    return text.empty() ? help_text(find_command(words)) : text;
}

}  // namespace alexander::admin
