#include "admin/setup/answers.h"

#include "base/error.h"
#include "crypto/certificate.h"

#include <arpa/inet.h>
#include <pwd.h>

#include <array>
#include <charconv>
#include <filesystem>

namespace alexander::admin {

namespace {

constexpr const char* usual_owner = "alexander";

bool is_user(const std::string& name) {
    return ::getpwnam(name.c_str()) != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
}

std::uint16_t parse_port(const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (fault != std::errc() || end != text.data() + text.size() || port == 0)
        throw Error(ErrorCode::invalid_argument, text + " is not a port: say 1 to 65535");
    return port;
}

std::string absolute_path(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

void check_absolute(const std::string& what, const std::string& path) {
    if (path.empty() || path.front() != '/' || path.find('\n') != std::string::npos)
        throw Error(ErrorCode::invalid_argument, what + " must be an absolute path: " + path);
}

void check_tls(const SetupAnswers& answers) {
    if (answers.tls_certificate_file.empty() != answers.tls_key_file.empty())
        throw Error(ErrorCode::invalid_argument,
                    "TLS needs both --tls-certificate-file and --tls-key-file, or neither");
    if (answers.tls_certificate_file.empty())
        return;
    const Certificate certificate = read_certificate(answers.place(answers.tls_certificate_file));
    if (!is_key_of(certificate, answers.place(answers.tls_key_file)))
        throw Error(ErrorCode::invalid_argument,
                    answers.tls_key_file + " is not the key of the certificate in " +
                        answers.tls_certificate_file);
}

}  // namespace

bool is_loopback(const std::string& host) {
    std::array<unsigned char, 16> address{};
    if (::inet_pton(AF_INET, host.c_str(), address.data()) == 1)
        return address[0] == 127;
    return host == "localhost" || host == "::1";
}

SetupAnswers answers_of(const Invocation& invocation) {
    const CommandLine& line = invocation.line;
    const auto value = [&line](std::string_view option, const std::string& usual) {
        return line.find(option).value_or(usual);
    };
    SetupAnswers answers;
    answers.root = absolute_path(value("root", ""));
    if (answers.root == "/")
        answers.root.clear();
    answers.data_dir = value("data-dir", "/var/lib/alexander");
    answers.config_dir = value("config-dir", "/etc/alexander");
    answers.systemd_dir = value("systemd-dir", "/etc/systemd/system");
    answers.listen = value("listen", "127.0.0.1");
    answers.port = parse_port(value("port", "9000"));
    answers.tls_certificate_file = value("tls-certificate-file", "");
    answers.tls_key_file = value("tls-key-file", "");
    answers.admin_user = value("admin-user", "admin");
    answers.owner = value("owner", is_user(usual_owner) ? usual_owner : "");
    answers.credentials_file = absolute_path(value("credentials-file", ""));
    answers.recovery_sheet_file = absolute_path(value("recovery-sheet-file", ""));
    return answers;
}

void ask_for_answers(const CommandLine& line, const Ask& ask, SetupAnswers& answers) {
    const auto put = [&](const char* option, const char* question, std::string& answer) {
        if (line.has(option))
            return;
        const auto said = ask(question, answer);
        if (!said)
            throw Error(ErrorCode::invalid_argument, "setup was broken off; nothing was changed");
        if (!said->empty())
            answer = *said;
    };
    put("data-dir",
        "Folder of the store, on a local disk with room for all data",
        answers.data_dir);
    put("listen",
        "Address to listen on (127.0.0.1: this machine only, 0.0.0.0: everywhere)",
        answers.listen);
    std::string port = std::to_string(answers.port);
    put("port", "Port", port);
    answers.port = parse_port(port);
    put("tls-certificate-file",
        "File with the TLS certificate (empty: no TLS)",
        answers.tls_certificate_file);
    if (!answers.tls_certificate_file.empty())
        put("tls-key-file", "File with its key", answers.tls_key_file);
    put("admin-user", "Name of the first administrator", answers.admin_user);
}

void check_answers(const SetupAnswers& answers) {
    check_absolute("--data-dir", answers.data_dir);
    check_absolute("--config-dir", answers.config_dir);
    check_absolute("--systemd-dir", answers.systemd_dir);
    if (answers.listen.empty() || answers.listen.find_first_of(" \n\t") != std::string::npos)
        throw Error(ErrorCode::invalid_argument, "--listen must be an address or a host name");
    if (answers.admin_user.empty())
        throw Error(ErrorCode::invalid_argument, "--admin-user must not be empty");
    if (!answers.owner.empty() && !is_user(answers.owner))
        throw Error(ErrorCode::invalid_argument, "there is no user " + answers.owner);
    check_tls(answers);
}

}  // namespace alexander::admin
