#include "admin/command.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

namespace alexander::admin {

namespace {

// The commands that have a heading in docs/reference/json.md, which look like "## `gc`: object".
std::multiset<std::string> described_commands() {
    std::ifstream file(ALEXANDER_SOURCE_ROOT "/docs/reference/json.md");
    std::multiset<std::string> commands;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("## `"))
            continue;
        const std::size_t end = line.find('`', 4);
        commands.insert(line.substr(4, end - 4));
        const std::string form = line.substr(end + 1);
        CAPTURE(line);
        CHECK((form == ": object" || form == ": array" || form == ": lines" || form == ": text"));
    }
    return commands;
}

}  // namespace

TEST_SUITE_BEGIN("admin/JSON reference");

TEST_CASE("the reference describes every command's JSON once, and no other") {
    std::multiset<std::string> known;
    for (const CommandFamily& family : families())
        for (const Command& command : family.commands)
            known.emplace(command.words);
    const std::multiset<std::string> described = described_commands();
    for (const std::string& command : known) {
        CAPTURE(command);
        CHECK(described.count(command) == 1);
    }
    for (const std::string& command : described) {
        CAPTURE(command);
        CHECK(known.count(command) == 1);
    }
}

TEST_SUITE_END();

}  // namespace alexander::admin
