// The commands of alexander-admin: what they are called, take and do.
#pragma once

#include "admin/output.h"
#include "base/command_line.h"
#include "base/settings.h"
#include "store/local_store.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::admin {

/// What a command works with.
struct Invocation {
    const CommandLine& line;
    std::vector<std::string> operands;  // positional arguments after the command's words
    const Settings& settings;
    Logger& log;
    Output& out;

    /// Opens the store; each command opens it once.
    [[nodiscard]] LocalStore open_store() const;

    /// Throws invalid_argument if the option is missing.
    [[nodiscard]] std::string required(std::string_view option) const;
};

/// A row of the command table, which parsing, --help and the man page's test read.
struct Command {
    std::string_view words;     // such as "user create"
    std::string_view operands;  // as --help shows them, such as "NAME"
    std::size_t operand_count;
    std::string_view description;               // one sentence
    std::span<const std::string_view> options;  // names of those that it takes
    void (*run)(const Invocation& invocation);
};

[[nodiscard]] std::span<const Command> commands();

/// All options that any command takes.
[[nodiscard]] std::span<const ProgramOption> program_options();

/// The command that the words name and how many of them are its name. Throws invalid_argument with
/// the nearest one for an unknown command.
[[nodiscard]] const Command& find_command(std::span<const std::string> words);

[[nodiscard]] std::string help_text();

void init_store(const Invocation& invocation);
void show_status(const Invocation& invocation);
void show_version(const Invocation& invocation);
void collect_garbage(const Invocation& invocation);
void scrub_store(const Invocation& invocation);
void check_consistency(const Invocation& invocation);
void list_damage(const Invocation& invocation);

void create_user(const Invocation& invocation);
void list_users(const Invocation& invocation);
void get_user(const Invocation& invocation);
void delete_user(const Invocation& invocation);
void enable_user(const Invocation& invocation);
void disable_user(const Invocation& invocation);
void create_access_key(const Invocation& invocation);
void list_access_keys(const Invocation& invocation);
void revoke_access_key(const Invocation& invocation);

void run_lifecycle_rules(const Invocation& invocation);

void list_buckets(const Invocation& invocation);
void create_bucket(const Invocation& invocation);
void delete_bucket(const Invocation& invocation);
void set_bucket_versioning(const Invocation& invocation);
void set_bucket_quota(const Invocation& invocation);

}  // namespace alexander::admin
