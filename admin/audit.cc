#include "admin/audit.h"

#include "base/audit_log.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <tuple>

namespace alexander::admin {

namespace {

// The last words of commands that change nothing.
constexpr std::array looking = std::to_array<std::string_view>({"list",
                                                                "get",
                                                                "show",
                                                                "status",
                                                                "version",
                                                                "completion",
                                                                "fsck",
                                                                "doctor",
                                                                "bench",
                                                                "top",
                                                                "info",
                                                                "du",
                                                                "versions",
                                                                "verify",
                                                                "help"});

constexpr std::array secret_parts =
    std::to_array<std::string_view>({"secret", "password", "passphrase", "token"});

bool is_secret(std::string_view option) {
    return std::ranges::any_of(secret_parts, [option](std::string_view part) {
        return option.find(part) != std::string_view::npos;
    });
}

std::string account_name(uid_t uid) {
    std::array<char, 1024> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::to_string(uid);
    return found->pw_name;
}

// The kernel's, which no environment can forge; -1 where nobody logged in.
std::string login_name() {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/loginuid", "re"),
                                                         std::fclose);
    unsigned long uid = 0;
    std::array<char, 32> text{};
    if (!file || std::fgets(text.data(), text.size(), file.get()) == nullptr)
        return {};
    uid = std::strtoul(text.data(), nullptr, 10);
    return uid >= static_cast<uid_t>(-1) ? std::string() : account_name(static_cast<uid_t>(uid));
}

}  // namespace

bool is_audited(const Command& command) {
    const std::vector<std::string> words = words_of(command);
    return std::ranges::find(looking, words.back()) == looking.end();
}

std::string describe_arguments(const Command& command,
                               const CommandLine& line,
                               const std::vector<std::string>& operands) {
    std::string text;
    const auto add = [&text](const std::string& word) {
        if (!text.empty())
            text += ' ';
        text += word;
    };
    for (const std::string& operand : operands)
        add(operand);
    for (const std::string_view option : command.options) {
        if (!line.has(option))
            continue;
        const auto value = line.find(option);
        const bool shows_value = value && !value->empty() && !is_secret(option);
        add("--" + std::string(option) + (shows_value ? "=" + *value : ""));
    }
    return text;
}

std::string operator_name() {
    const std::string account = account_name(::geteuid());
    const std::string login = login_name();
    return login.empty() || login == account ? account : login + " as " + account;
}

AuditedRun::AuditedRun(const Command& command,
                       const CommandLine& line,
                       const std::vector<std::string>& operands,
                       const Settings& settings,
                       Logger& log)
    : command_(command),
      arguments_(describe_arguments(command, line, operands)),
      settings_(settings),
      log_(log) {}

AuditedRun::~AuditedRun() {
    // Where there is no store, nothing was administered.
    std::error_code fault;
    if (!is_audited(command_) ||
        !std::filesystem::exists(std::filesystem::path(settings_.storage.data_dir) / "STORE",
                                 fault))
        return;
    SystemClock clock;
    AuditLog audit(settings_, clock, log_);
    audit.write(command_.words,
                {{"program", "alexander-admin"},
                 {"user", operator_name()},
                 {"arguments", arguments_},
                 {"result", result_}});
}

}  // namespace alexander::admin
