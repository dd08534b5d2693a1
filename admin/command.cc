#include "admin/command.h"

#include "base/error.h"
#include "base/settings_table.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace alexander::admin {

namespace {

constexpr std::array<std::string_view, 1> json{"json"};
constexpr std::array<std::string_view, 2> init_options{"json", "master-key-file"};
constexpr std::array<std::string_view, 3> user_options{"json", "admin", "display-name"};
constexpr std::array<std::string_view, 2> key_options{"json", "username"};
constexpr std::array<std::string_view, 3> new_key_options{"json", "username", "expires"};
constexpr std::array<std::string_view, 3> gc_command_options{"json", "dry-run", "run"};
constexpr std::array<std::string_view, 2> lifecycle_options{"json", "dry-run"};
constexpr std::array<std::string_view, 3> bucket_options{"json", "owner", "profile"};
constexpr std::array<std::string_view, 3> quota_options{"json", "bytes", "objects"};

constexpr std::array command_table{
    Command{"init",
            "",
            0,
            "Makes a store and its master key, and prints the recovery sheet.",
            init_options,
            init_store},
    Command{"status", "", 0, "Shows what is stored and what it takes on disk.", json, show_status},
    Command{"user create", "NAME", 1, "Creates a user.", user_options, create_user},
    Command{"user list", "", 0, "Lists users.", json, list_users},
    Command{"user get", "NAME", 1, "Shows a user.", json, get_user},
    Command{"user delete",
            "NAME",
            1,
            "Deletes a user who owns no bucket, and the user's keys.",
            json,
            delete_user},
    Command{
        "user disable", "NAME", 1, "Refuses all of a user's keys, at once.", json, disable_user},
    Command{"user enable", "NAME", 1, "Takes them again.", json, enable_user},
    Command{"accesskey create",
            "",
            0,
            "Creates an access key and shows its secret, once.",
            new_key_options,
            create_access_key},
    Command{"accesskey list", "", 0, "Lists a user's access keys.", key_options, list_access_keys},
    Command{"accesskey revoke",
            "ACCESS_KEY_ID",
            1,
            "Revokes an access key, at once.",
            key_options,
            revoke_access_key},
    Command{"bucket list", "", 0, "Lists buckets.", json, list_buckets},
    Command{"bucket create", "NAME", 1, "Creates a bucket.", bucket_options, create_bucket},
    Command{"bucket delete", "NAME", 1, "Deletes an empty bucket.", json, delete_bucket},
    Command{"bucket set-versioning",
            "NAME enabled|suspended",
            2,
            "Turns versioning on, or suspends it.",
            json,
            set_bucket_versioning},
    Command{"bucket set-quota",
            "NAME",
            1,
            "Limits what a bucket may hold, or no longer.",
            quota_options,
            set_bucket_quota},
    Command{"lifecycle run",
            "",
            0,
            "Carries out the lifecycle rules of all buckets now.",
            lifecycle_options,
            run_lifecycle_rules},
    Command{"gc",
            "",
            0,
            "Deletes what nothing refers to any more, and gives its space back.",
            gc_command_options,
            collect_garbage},
    Command{"scrub", "", 0, "Reads and checks all stored bytes.", json, scrub_store},
    Command{"fsck",
            "",
            0,
            "Checks that catalog and packs fit together. Changes nothing.",
            json,
            check_consistency},
    Command{"damage list",
            "",
            0,
            "Lists objects and versions in which scrubs have found damage.",
            json,
            list_damage},
    Command{"version", "", 0, "Shows the version.", json, show_version},
};

const std::array option_table{
    ProgramOption{"json", '\0', "", "Answer in JSON."},
    ProgramOption{"dry-run", '\0', "", "Tell what would be done, and do nothing."},
    ProgramOption{"master-key-file",
                  '\0',
                  "FILE",
                  "Where init writes the new master key (default: auth.encryption_key_file)."},
    ProgramOption{"username", '\0', "NAME", "The user whose access keys these are."},
    ProgramOption{"admin", '\0', "", "The new user may use every bucket."},
    ProgramOption{"display-name", '\0', "TEXT", "What S3 shows as the owner (default: the name)."},
    ProgramOption{"expires",
                  '\0',
                  "DATE",
                  "When the new access key stops working, as 2030-01-31 or 2030-01-31T12:00:00Z."},
    ProgramOption{"bytes", '\0', "N", "Bytes that the bucket may hold, versions included; 0: any."},
    ProgramOption{"objects", '\0', "N", "Objects that the bucket may hold; 0: any number."},
    ProgramOption{"owner", '\0', "NAME", "The user who will own the bucket."},
    ProgramOption{"profile",
                  '\0',
                  "NAME",
                  "Chunk sizes of the bucket: standard, small, bulk or fixed (default: standard)."},
    ProgramOption{"run", '\0', "", "Let gc delete what it finds."},
    ProgramOption{"help", 'h', "", "Show this text."},
    ProgramOption{"version", '\0', "", "Show the version."},
};

std::vector<std::string> words_of(const Command& command) {
    std::istringstream stream{std::string(command.words)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

}  // namespace

LocalStore Invocation::open_store() const {
    return {settings, log, master_key_of(settings), ProcessRole::admin};
}

std::string Invocation::required(std::string_view option) const {
    const auto value = line.find(option);
    if (!value || value->empty())
        throw Error(ErrorCode::invalid_argument,
                    "this command needs --" + std::string(option) + " (see --help)");
    return *value;
}

std::span<const Command> commands() {
    return command_table;
}

std::span<const ProgramOption> program_options() {
    return option_table;
}

const Command& find_command(std::span<const std::string> words) {
    std::vector<std::string> names;
    for (const Command& command : command_table) {
        const auto wanted = words_of(command);
        const bool fits = words.size() >= wanted.size() &&
                          std::equal(wanted.begin(), wanted.end(), words.begin());
        if (fits)
            return command;
        names.emplace_back(command.words);
    }
    std::string given;
    for (const std::string& word : words.first(std::min<std::size_t>(2, words.size())))
        given += (given.empty() ? "" : " ") + word;
    throw Error(ErrorCode::invalid_argument,
                given.empty() ? "no command given (see --help)"
                              : "unknown command \"" + given + "\"" +
                                    suggest_nearest(given, names) + " (see --help)");
}

std::string help_text() {
    std::string text =
        "Usage: alexander-admin [options] COMMAND [operands]\n\n"
        "Manages a store of Alexander Storage.\n\nCommands:\n";
    for (const Command& command : command_table) {
        std::string head = "  " + std::string(command.words) + " " + std::string(command.operands);
        head.resize(std::max<std::size_t>(head.size() + 1, 34), ' ');
        text += head + std::string(command.description) + "\n";
    }
    static constexpr std::array<std::string_view, 5> sections{
        "storage", "database", "auth", "logging", "gc"};
    return text + "\n" + option_help(option_table, sections);
}

}  // namespace alexander::admin
