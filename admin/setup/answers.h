// What setup has to know before it does anything.
#pragma once

#include "admin/command.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace alexander::admin {

/// Paths are as the machine will see them that is set up: without `root`.
struct SetupAnswers {
    std::string root;  // prefix of everything that is written; empty: this machine
    std::string data_dir;
    std::string config_dir;
    std::string systemd_dir;
    std::string listen;
    std::uint16_t port = 0;
    std::string tls_certificate_file;  // empty: no TLS
    std::string tls_key_file;
    std::string admin_user;
    std::string owner;                // of the store's files; empty: who runs setup
    std::string credentials_file;     // empty: the key is shown
    std::string recovery_sheet_file;  // empty: the sheet is shown

    /// Where a path lies while it is set up.
    [[nodiscard]] std::string place(const std::string& path) const { return root + path; }

    [[nodiscard]] std::string settings_file() const { return config_dir + "/conf.d/50-local.yaml"; }

    [[nodiscard]] std::string key_file() const { return config_dir + "/secret/master.key"; }
};

/// Asks one question with its default; nothing: the input has ended.
using Ask = std::function<std::optional<std::string>(const std::string& question,
                                                     const std::string& usual)>;

/// From the options, or their defaults. Throws invalid_argument.
[[nodiscard]] SetupAnswers answers_of(const Invocation& invocation);

/// Asks for those that no option has given. Throws invalid_argument if the input ends.
void ask_for_answers(const CommandLine& line, const Ask& ask, SetupAnswers& answers);

/// Throws invalid_argument for what cannot be: a relative path, half a TLS pair, no such user.
void check_answers(const SetupAnswers& answers);

/// True if only this machine can connect there.
[[nodiscard]] bool is_loopback(const std::string& host);

}  // namespace alexander::admin
