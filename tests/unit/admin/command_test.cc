#include "admin/command.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
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

TEST_CASE("every option that a command takes is in the table") {
    for (const Command& command : commands())
        for (const std::string_view option : command.options)
            CHECK(std::ranges::find(program_options(), option, &ProgramOption::name) !=
                  program_options().end());
}

TEST_CASE("the man page has every command and every option") {
    std::ifstream file(ALEXANDER_SOURCE_ROOT "/man/alexander-admin.8");
    const std::string page((std::istreambuf_iterator<char>(file)), {});
    for (const Command& command : commands()) {
        CAPTURE(command.words);
        CHECK(page.find(".It Cm " + std::string(command.words)) != std::string::npos);
    }
    for (const ProgramOption& option : program_options()) {
        CAPTURE(option.name);
        CHECK(page.find("Fl Fl " + option.name) != std::string::npos);
    }
}

TEST_SUITE_END();

}  // namespace alexander::admin
