// alexander-s3d: the S3 endpoint of a store.
#include "base/completion.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "s3d/daemon.h"
#include "store/local_store.h"

#include <array>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace alexander::s3 {

namespace {

const std::array options{
    ProgramOption{"completion",
                  '\0',
                  "bash|zsh|fish",
                  "Print what completes this program's command line in a shell."},
    ProgramOption{"help", 'h', "", "Show this text."},
    ProgramOption{"version", '\0', "", "Show the version."},
};

void print_help() {
    static constexpr std::array<std::string_view, 12> sections{"server",
                                                               "storage",
                                                               "database",
                                                               "auth",
                                                               "lifecycle",
                                                               "logging",
                                                               "audit",
                                                               "metrics",
                                                               "rate_limit",
                                                               "gc",
                                                               "scrub",
                                                               "snapshot"};
    std::ignore = std::printf(
        "Usage: alexander-s3d [options]\n\nServes a store of Alexander Storage over S3.\n\n%s",
        option_help(options, sections).c_str());
}

std::optional<std::pair<std::string, std::string>> root_key_of(const Settings& settings) {
    const std::string& user = settings.auth.root_user;
    const SecretText& password = settings.auth.root_password;
    if (user.empty() != password.empty())
        throw Error(ErrorCode::invalid_argument,
                    "auth.root_user and auth.root_password are given together or not at all");
    if (user.empty())
        return std::nullopt;
    return std::pair(user, std::string(password.reveal()));
}

int run(const CommandLine& line) {
    bound_heap_arenas();
    hide_memory();
    const auto read_settings = [&line] { return load_settings(line, current_environment()); };
    const Settings settings = read_settings();
    SystemClock clock;
    const auto log = make_logger(settings, clock);
    const EndSignals ends(EndSignals::Hangup::is_returned);
    // The master key is needed to open the store and not after that.
    LocalStore local(settings, *log, master_key_of(settings), ProcessRole::s3d);
    local.store().users().set_root_key(root_key_of(settings));
    return serve(settings, local, *log, ends, read_settings);
}

int guarded_main(int count, const char* const* values) {
    try {
        const CommandLine line = CommandLine::parse(options, arguments_of(count, values));
        if (!line.positional().empty())
            throw Error(ErrorCode::invalid_argument,
                        "alexander-s3d takes no operand: " + line.positional().front());
        if (line.has("help"))
            print_help();
        else if (line.has("version"))
            std::ignore = std::puts("alexander-s3d " ALEXANDER_VERSION);
        else if (const auto shell = line.find("completion"))
            std::ignore = std::fputs(
                completion_script(
                    parse_shell(*shell), "alexander-s3d", {options.begin(), options.end()})
                    .c_str(),
                stdout);
        else
            return run(line);
        return 0;
    } catch (const Error& error) {
        // Who cannot be told on stderr learns it from the exit status.
        std::ignore = std::fprintf(stderr, "alexander-s3d: %s\n", error.what());
        return error.code() == ErrorCode::invalid_argument ? 2 : 1;
    } catch (const std::exception& error) {
        std::ignore = std::fprintf(stderr, "alexander-s3d: %s\n", error.what());
        return 1;
    }
}

}  // namespace

}  // namespace alexander::s3

int main(int argc, char** argv) {
    return alexander::s3::guarded_main(argc, argv);
}
