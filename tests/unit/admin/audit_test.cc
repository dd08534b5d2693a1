#include "admin/audit.h"

#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace alexander::admin {

namespace {

const Command& command(const std::vector<std::string>& words) {
    return find_command(words);
}

CommandLine parse(const std::vector<std::string>& arguments) {
    return CommandLine::parse(program_options(), arguments);
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_SUITE_BEGIN("admin/audit");

TEST_CASE("what changes something is recorded, what only looks is not") {
    CHECK(is_audited(command({"user", "create"})));
    CHECK(is_audited(command({"accesskey", "revoke"})));
    CHECK(is_audited(command({"bucket", "set-quota"})));
    CHECK(is_audited(command({"init"})));
    CHECK(!is_audited(command({"user", "list"})));
    CHECK(!is_audited(command({"status"})));
}

TEST_CASE("options are recorded with their values, those of secrets without") {
    const CommandLine line = parse({"user", "create", "anna", "--admin"});
    CHECK(describe_arguments(command({"user", "create"}), line, {"anna"}) == "anna --admin");

    const std::array<std::string_view, 1> options{"secret-key"};
    const ProgramOption option{"secret-key", '\0', "KEY", ""};
    const CommandLine secret = CommandLine::parse({&option, 1}, {"--secret-key", "hunter2"});
    Command made = command({"user", "create"});
    made.options = options;
    CHECK(describe_arguments(made, secret, {}) == "--secret-key");
}

TEST_CASE("a run is recorded with its end, in a file that not everybody reads") {
    ScratchDirectory folder;
    const auto store = folder.path() / "store";
    std::filesystem::create_directory(store);
    std::ofstream(store / "STORE") << "x";
    Settings settings;
    settings.storage.data_dir = store;
    settings.audit.file = "audit.log";
    SystemClock clock;
    Logger log(clock, LogLevel::error, LogFormat::text);
    const CommandLine line = parse({"user", "create", "a\"b\n"});
    {
        AuditedRun run(command({"user", "create"}), line, {"a\"b\n"}, settings, log);
        run.succeeded();
    }
    { const AuditedRun run(command({"user", "create"}), line, {"anna"}, settings, log); }
    { const AuditedRun run(command({"user", "list"}), line, {}, settings, log); }

    const std::string text = content_of(store / "audit.log");

    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(text.find(R"("act":"user create","program":"alexander-admin","user":")") !=
          std::string::npos);
    CHECK(text.find(R"("arguments":"a\"b\n","result":"done"})") != std::string::npos);
    CHECK(text.find(R"("arguments":"anna","result":"failed"})") != std::string::npos);

    struct stat facts {};

    REQUIRE(::stat((store / "audit.log").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0640);
}

TEST_CASE("where there is no store, nothing is recorded") {
    ScratchDirectory folder;
    Settings settings;
    settings.storage.data_dir = folder.path();
    settings.audit.file = "audit.log";
    SystemClock clock;
    Logger log(clock, LogLevel::error, LogFormat::text);
    { const AuditedRun run(command({"init"}), parse({"init"}), {}, settings, log); }
    CHECK(!std::filesystem::exists(folder.path() / "audit.log"));
}

TEST_SUITE_END();

}  // namespace alexander::admin
