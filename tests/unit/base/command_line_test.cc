#include "base/command_line.h"

#include "base/error.h"
#include "base/settings.h"
#include "base/settings_table.h"

#include <doctest/doctest.h>

#include <array>
#include <sstream>

namespace alexander {

namespace {

const std::array<ProgramOption, 3> options = {{
    {"help", 'h', "", "Shows this text."},
    {"foreground", 'f', "", "Stays in the foreground."},
    {"option", 'o', "OPTIONS", "Mount options, separated by commas."},
}};

std::string refusal(const std::vector<std::string>& arguments) {
    try {
        std::ignore = CommandLine::parse(options, arguments);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::invalid_argument);
        return error.what();
    }
    return "nothing";
}

}  // namespace

TEST_SUITE_BEGIN("base/command_line");

TEST_CASE("own options, settings and positional arguments are told apart") {
    const CommandLine line = CommandLine::parse(options,
                                                {"bucket",
                                                 "-f",
                                                 "-o",
                                                 "ro",
                                                 "--server.port=80",
                                                 "--option=noatime",
                                                 "--server.host",
                                                 "::1",
                                                 "/mnt",
                                                 "--",
                                                 "--help"});

    CHECK(line.has("foreground"));
    CHECK_FALSE(line.has("help"));
    CHECK(line.find("foreground") == "");
    CHECK(line.find("option") == "noatime");
    CHECK(line.all("option") == std::vector<std::string>{"ro", "noatime"});
    CHECK(line.find("server.port") == "80");
    CHECK(line.find("server.host") == "::1");
    CHECK_FALSE(line.find("server.domain"));
    CHECK(line.all("server.domain").empty());
    CHECK(line.positional() == std::vector<std::string>{"bucket", "/mnt", "--help"});
}

TEST_CASE("an unknown option is refused with the nearest known one") {
    CHECK(refusal({"--server.prot=1"}).find("did you mean --server.port?") != std::string::npos);
    CHECK(refusal({"--foregound"}).find("did you mean --foreground?") != std::string::npos);
    CHECK(refusal({"--conifg=x"}).find("did you mean --config?") != std::string::npos);
    CHECK(refusal({"-z"}).find("-z") != std::string::npos);
    CHECK(refusal({"--fore"}).find("unknown option") != std::string::npos);
}

TEST_CASE("a missing value and a value too many are refused") {
    CHECK(refusal({"--server.port"}).find("server.port") != std::string::npos);
    CHECK(refusal({"--foreground=yes"}).find("foreground") != std::string::npos);
}

TEST_CASE("an empty value is a value") {
    CHECK(CommandLine::parse(options, {"--server.domain="}).find("server.domain") == "");
}

TEST_CASE("the help names every option and every setting of the sections, 80 columns wide") {
    constexpr std::array<std::string_view, 2> sections = {"server", "auth"};

    const std::string help = option_help(options, sections);

    CHECK(help.find("  -h, --help                    Shows this text.\n") != std::string::npos);
    CHECK(help.find("  -o, --option OPTIONS") != std::string::npos);
    CHECK(help.find("  -c, --config FILE") != std::string::npos);
    for (const SettingRow& row : settings_table()) {
        const bool wanted = row.section() == "server" || row.section() == "auth";
        CHECK((help.find("--" + std::string(row.name) + " ") != std::string::npos) == wanted);
    }
    CHECK(help.find("Default: 4096 connections.") != std::string::npos);
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 80);
    CHECK(help.back() == '\n');
}

TEST_CASE("the program's name is no argument") {
    const std::array<const char*, 3> values = {"program", "a", "-b"};
    CHECK(arguments_of(3, values.data()) == std::vector<std::string>{"a", "-b"});
    CHECK(arguments_of(1, values.data()).empty());
    CHECK(arguments_of(0, values.data()).empty());
}

TEST_SUITE_END();

}  // namespace alexander
