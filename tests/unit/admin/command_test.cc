#include "admin/command.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace alexander::admin {

namespace {

std::string refusal(const std::vector<std::string>& words) {
    try {
        return "found " + std::string(find_command(words).words);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::invalid_argument);
        return error.what();
    }
}

}  // namespace

TEST_SUITE_BEGIN("admin/command");

TEST_CASE("commands are found by their words") {
    CHECK(refusal({"user", "create", "anna"}) == "found user create");
    CHECK(refusal({"status"}) == "found status");
}

TEST_CASE("an unknown command names the nearest") {
    CHECK(refusal({"usr", "list"}).find("user list") != std::string::npos);
    CHECK(refusal({}).find("no command") != std::string::npos);
}

TEST_CASE("the first word of several commands is told what may follow") {
    CHECK(refusal({"user"}).find("create, list") != std::string::npos);
}

TEST_CASE("a misspelt command of one word is recognised before its operand") {
    CHECK(refusal({"hepl", "status"}).find("help") != std::string::npos);
}

TEST_CASE("every option that a command takes is explained by its family") {
    for (const CommandFamily& family : families()) {
        for (const Command& command : family.commands) {
            CAPTURE(command.words);
            for (const std::string_view option : command.options)
                CHECK(std::ranges::find(family.options, option, &ProgramOption::name) !=
                      family.options.end());
            CHECK(options_of(command).size() == command.options.size() + common_options().size());
        }
    }
}

TEST_CASE("every option of a family is taken by one of its commands") {
    for (const CommandFamily& family : families()) {
        for (const ProgramOption& option : family.options) {
            CAPTURE(option.name);
            CHECK(std::ranges::any_of(family.commands, [&](const Command& command) {
                return std::ranges::find(command.options, option.name) != command.options.end();
            }));
        }
    }
}

TEST_CASE("options of one name agree on whether they take a value") {
    for (const CommandFamily& family : families()) {
        for (const ProgramOption& option : family.options) {
            CAPTURE(option.name);
            const auto known =
                std::ranges::find(program_options(), option.name, &ProgramOption::name);
            REQUIRE(known != program_options().end());
            CHECK(known->argument.empty() == option.argument.empty());
        }
    }
}

TEST_CASE("no two commands have the same words") {
    std::vector<std::string> all;
    for (const CommandFamily& family : families())
        for (const Command& command : family.commands)
            all.emplace_back(command.words);
    std::ranges::sort(all);
    CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEST_CASE("operands are counted as they are written") {
    const auto count = [](std::string_view operands) {
        const OperandCount found = operand_count(Command{"x", operands, "", {}, nullptr});
        return std::pair(found.least, std::min<std::size_t>(found.most, 99));
    };
    CHECK(count("") == std::pair<std::size_t, std::size_t>(0, 0));
    CHECK(count("NAME enabled|suspended") == std::pair<std::size_t, std::size_t>(2, 2));
    CHECK(count("NAME [PREFIX]") == std::pair<std::size_t, std::size_t>(1, 2));
    CHECK(count("PATH...") == std::pair<std::size_t, std::size_t>(1, 99));
    CHECK(count("[COMMAND...]") == std::pair<std::size_t, std::size_t>(0, 99));
}

TEST_CASE("help on a command shows its operands and options, on a word all that begin with it") {
    const std::string create = help_on(std::vector<std::string>{"user", "create"});
    CHECK(create.find("alexander-admin user create [options] NAME") != std::string::npos);
    CHECK(create.find("--display-name TEXT") != std::string::npos);
    CHECK(create.find("--quota") == std::string::npos);
    const std::string user = help_on(std::vector<std::string>{"user"});
    CHECK(user.find("user create") != std::string::npos);
    CHECK(user.find("user delete") != std::string::npos);
    CHECK(user.find("bucket create") == std::string::npos);
    CHECK_THROWS_AS(std::ignore = help_on(std::vector<std::string>{"nonsense"}), Error);
}

TEST_CASE("no line of help is wider than a terminal") {
    std::istringstream lines(help_text());
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
    }
}

namespace {

std::string read_page(const std::string& name) {
    std::ifstream file(std::string(ALEXANDER_SOURCE_ROOT "/man/") + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The page's entry of a command: from its words to the next command's.
std::string entry_of(const std::string& page, const Command& command) {
    const std::string head = ".It Cm " + std::string(command.words);
    std::size_t at = page.find(head);
    while (at != std::string::npos && page[at + head.size()] != '\n' &&
           page[at + head.size()] != ' ')
        at = page.find(head, at + 1);
    if (at == std::string::npos)
        return {};
    return page.substr(at, page.find("\n.It Cm ", at + 1) - at);
}

}  // namespace

TEST_CASE("the man page has every command with its options, and no other") {
    const std::string page = read_page("alexander-admin.8");
    const std::string commands = page.substr(0, page.find(".Sh OPTIONS"));
    std::size_t known = 0;
    for (const CommandFamily& family : families()) {
        for (const Command& command : family.commands) {
            CAPTURE(command.words);
            ++known;
            const std::string entry = entry_of(commands, command);
            CHECK(!entry.empty());
            for (const std::string_view option : command.options) {
                CAPTURE(option);
                CHECK(entry.find("Fl Fl " + std::string(option)) != std::string::npos);
            }
        }
    }
    std::size_t items = 0;
    for (std::size_t at = commands.find("\n.It Cm "); at != std::string::npos;
         at = commands.find("\n.It Cm ", at + 1))
        ++items;
    CHECK(items == known);
}

TEST_CASE("the man page has every option that all commands take") {
    const std::string page = read_page("alexander-admin.8");
    for (const ProgramOption& option : common_options()) {
        CAPTURE(option.name);
        CHECK(page.find("Fl Fl " + option.name, page.find(".Sh OPTIONS")) != std::string::npos);
    }
}

TEST_SUITE_END();

}  // namespace alexander::admin
