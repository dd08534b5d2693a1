#include "base/completion.h"

#include "base/error.h"
#include "base/settings_table.h"

#include <doctest/doctest.h>

#include <string>

namespace alexander {

namespace {

CompletedProgram sample() {
    const std::vector<ProgramOption> create_options{{"owner", '\0', "NAME", "It's the owner."},
                                                    {"key", 'k', "FILE", "Where the key is."}};
    return {"sample-tool",
            {{"json", '\0', "", "Answer in JSON."}},
            {{{"user", "create"}, "Creates one.", false, create_options},
             {{"user", "list"}, "Lists them.", false, {}},
             {{"info"}, "Explains a file.", true, {}}}};
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("base/completion");

TEST_CASE("every script names every word, option and setting") {
    for (const Shell shell : {Shell::bash, Shell::zsh, Shell::fish}) {
        const std::string script = completion_script(shell, sample());
        const std::string dashes = shell == Shell::fish ? "-l " : "--";
        for (const char* const word : {"user", "create", "list", "info"})
            CHECK(has(script, word));
        for (const char* const option : {"json", "owner", "key", "config"})
            CHECK(has(script, dashes + option));
        for (const SettingRow& row : settings_table())
            CHECK(has(script, dashes + std::string(row.name)));
        CHECK(script.back() == '\n');
    }
}

TEST_CASE("apostrophes do not end a description") {
    CHECK(has(completion_script(Shell::zsh, sample()), R"(It'\''s the owner.)"));
    CHECK(has(completion_script(Shell::fish, sample()), R"(It\'s the owner.)"));
}

TEST_CASE("there are three shells") {
    CHECK(parse_shell("bash") == Shell::bash);
    CHECK(parse_shell("zsh") == Shell::zsh);
    CHECK(parse_shell("fish") == Shell::fish);
    CHECK_THROWS_AS(static_cast<void>(parse_shell("csh")), Error);
}

TEST_SUITE_END();

}  // namespace alexander
