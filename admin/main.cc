// alexander-admin: the command line of a store. Exit status: 0 done, 1 failed, 2 wrong usage.
#include "admin/audit.h"
#include "admin/command.h"
#include "base/error.h"
#include "base/process_memory.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <tuple>

namespace alexander::admin {

namespace {

enum ExitStatus : int { done = 0, failed = 1, usage = 2 };

// Exhaustive on purpose: a new code must be placed.
int exit_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
        case ErrorCode::invalid_bucket_name:
            return usage;
        case ErrorCode::no_such_bucket:
        case ErrorCode::no_such_key:
        case ErrorCode::no_such_version:
        case ErrorCode::no_such_upload:
        case ErrorCode::no_such_user:
        case ErrorCode::no_such_access_key:
        case ErrorCode::bucket_exists:
        case ErrorCode::bucket_already_owned:
        case ErrorCode::bucket_not_empty:
        case ErrorCode::bucket_state:
        case ErrorCode::key_too_long:
        case ErrorCode::invalid_range:
        case ErrorCode::invalid_part:
        case ErrorCode::invalid_part_order:
        case ErrorCode::entity_too_small:
        case ErrorCode::bad_digest:
        case ErrorCode::method_not_allowed:
        case ErrorCode::already_exists:
        case ErrorCode::access_denied:
        case ErrorCode::precondition_failed:
        case ErrorCode::quota_exceeded:
        case ErrorCode::no_such_file:
        case ErrorCode::not_a_directory:
        case ErrorCode::is_a_directory:
        case ErrorCode::directory_not_empty:
        case ErrorCode::name_too_long:
        case ErrorCode::too_many_links:
        case ErrorCode::cross_device:
        case ErrorCode::not_permitted:
        case ErrorCode::no_data:
        case ErrorCode::busy:
        case ErrorCode::corrupt:
        case ErrorCode::wrong_key:
        case ErrorCode::newer_format:
        case ErrorCode::not_a_store:
        case ErrorCode::read_only:
        case ErrorCode::no_space:
        case ErrorCode::device_error:
            return failed;
    }
    return failed;
}

void check_options(const Command& command, const CommandLine& line) {
    const std::vector<ProgramOption> taken = options_of(command);
    for (const ProgramOption& option : program_options()) {
        if (line.has(option.name) &&
            std::ranges::find(taken, option.name, &ProgramOption::name) == taken.end())
            throw Error(ErrorCode::invalid_argument,
                        "\"" + std::string(command.words) + "\" takes no --" + option.name);
    }
}

Settings settings_for(const Command& command, const CommandLine& line) {
    switch (command.settings) {
        case SettingsNeed::all:
            return load_settings(line, current_environment());
        case SettingsNeed::secrets_may_be_missing:
            return load_settings(
                line, current_environment(), default_settings_file, SecretFiles::may_be_missing);
        case SettingsNeed::none:
            break;
    }
    return {};
}

int run(const CommandLine& line) {
    const auto& words = line.positional();
    const Command& command = find_command(words);
    check_options(command, line);
    const auto name_words = static_cast<std::ptrdiff_t>(words_of(command).size());
    std::vector<std::string> operands(words.begin() + name_words, words.end());
    const OperandCount count = operand_count(command);
    if (operands.size() < count.least || operands.size() > count.most)
        throw Error(ErrorCode::invalid_argument, "usage: " + usage_line(command));
    const Settings settings = settings_for(command, line);
    SystemClock clock;
    const auto log = make_logger(settings, clock);
    Output out(line.has("json") ? Output::Form::json : Output::Form::text,
               line.has("quiet") ? Output::Remarks::left_out : Output::Remarks::shown);
    AuditedRun act(command, line, operands, settings, *log);
    command.run({line, std::move(operands), settings, *log, out});
    act.succeeded();
    return out.exit_status();
}

int guarded_main(int count, const char* const* values) {
    try {
        const CommandLine line = CommandLine::parse(program_options(), arguments_of(count, values));
        if (line.has("help"))
            std::ignore = std::fputs(help_on(line.positional()).c_str(), stdout);
        else if (line.has("version"))
            std::ignore = std::puts("alexander-admin " ALEXANDER_VERSION);
        else
            return run(line);
        return done;
    } catch (const Error& error) {
        // Who cannot be told on stderr learns it from the exit status.
        std::ignore = std::fprintf(stderr, "alexander-admin: %s\n", error.what());
        return exit_status(error.code());
    } catch (const std::exception& error) {
        std::ignore = std::fprintf(stderr, "alexander-admin: %s\n", error.what());
        return failed;
    }
}

}  // namespace

}  // namespace alexander::admin

int main(int argc, char** argv) {
    alexander::hide_memory();
    // A stopped command must not hold the catalog lock: Ctrl-Z waits until the command has ended.
    std::ignore = std::signal(SIGTSTP, SIG_IGN);
    std::ignore = std::signal(SIGPIPE, SIG_IGN);
    return alexander::admin::guarded_main(argc, argv);
}
