// setup.
#include "admin/families.h"
#include "admin/new_file.h"
#include "admin/setup/answers.h"
#include "admin/setup/steps.h"
#include "base/error.h"
#include "store/recovery_sheet.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <optional>

namespace alexander::admin {

namespace {

std::optional<std::string> ask_on_terminal(const std::string& question, const std::string& usual) {
    std::ignore =
        std::fprintf(stderr, "%s [%s]: ", question.c_str(), usual.empty() ? "none" : usual.c_str());
    std::string said;
    if (!std::getline(std::cin, said))
        return std::nullopt;
    return said;
}

SetupAnswers settle_answers(const Invocation& invocation) {
    SetupAnswers answers = answers_of(invocation);
    if (invocation.line.has("yes")) {
        check_answers(answers);
        return answers;
    }
    if (::isatty(STDIN_FILENO) != 1)
        throw Error(ErrorCode::invalid_argument,
                    "setup asks questions on a terminal; without one use --yes and options (see "
                    "`alexander-admin help setup`)");
    ask_for_answers(invocation.line, ask_on_terminal, answers);
    check_answers(answers);
    const std::string summary = "\nThis will make a store in " + answers.place(answers.data_dir) +
                                "\nand write " + answers.place(answers.settings_file()) +
                                "\nand       " + answers.place(answers.key_file()) +
                                ".\nType yes to go on";
    if (ask_on_terminal(summary, "no").value_or("") != "yes")
        throw Error(ErrorCode::invalid_argument, "setup was broken off; nothing was changed");
    return answers;
}

Settings settings_of(const SetupAnswers& answers) {
    Settings settings = load_settings(CommandLine::parse({}, {}), {}, "/nonexistent/settings");
    settings.storage.data_dir = answers.place(answers.data_dir);
    settings.logging.level = LogLevel::warning;
    return settings;
}

/// What the user must be told once.
struct Result {
    std::string store_uuid;
    std::string access_key_id;
    std::string secret_access_key;
    std::string sheet;
    std::vector<std::string> drop_ins;
};

Result make_store(const Invocation& invocation, const SetupAnswers& answers) {
    const Settings settings = settings_of(answers);
    SystemRandom random;
    const MasterKey master = MasterKey::generate(random);
    MadeFiles made;
    Result result;
    result.drop_ins = write_configuration(answers, master, made);
    LocalStore::create(settings, invocation.log, master);
    // From here on the key is needed, whatever goes wrong.
    made.keep();
    {
        LocalStore local(settings, invocation.log, master, ProcessRole::admin);
        Store& store = local.store();
        Users::CreateOptions administrator;
        administrator.is_admin = true;
        store.users().create(answers.admin_user, administrator);
        const auto key =
            store.users().create_access_key(answers.admin_user, std::nullopt, std::nullopt);
        test_store(store, random, answers.admin_user);
        result.store_uuid = store.status().store_uuid;
        result.access_key_id = key.key.id;
        result.secret_access_key = key.secret;
        result.sheet = recovery_sheet(settings, master, store);
    }
    if (!answers.owner.empty())
        give_to(answers.owner, settings.storage.data_dir);
    return result;
}

std::string endpoint_of(const SetupAnswers& answers) {
    const bool is_everywhere = answers.listen == "0.0.0.0" || answers.listen == "::";
    const std::string host = is_everywhere ? "127.0.0.1" : answers.listen;
    const bool needs_brackets = host.find(':') != std::string::npos;
    return (answers.tls_certificate_file.empty() ? "http://" : "https://") +
           (needs_brackets ? "[" + host + "]" : host) + ":" + std::to_string(answers.port);
}

constexpr mode_t for_owner = 0600;

void hand_over(const Invocation& invocation, const SetupAnswers& answers, const Result& result) {
    Output& out = invocation.out;
    if (!answers.credentials_file.empty())
        write_new_file(answers.credentials_file,
                       "AWS_ACCESS_KEY_ID=" + result.access_key_id +
                           "\nAWS_SECRET_ACCESS_KEY=" + result.secret_access_key + "\n",
                       for_owner);
    if (!answers.recovery_sheet_file.empty())
        write_new_file(answers.recovery_sheet_file, result.sheet, for_owner);
    Record record{{"store_uuid", result.store_uuid},
                  {"data_dir", answers.data_dir},
                  {"settings_file", answers.settings_file()},
                  {"master_key_file", answers.key_file()},
                  {"endpoint", endpoint_of(answers)},
                  {"admin_user", answers.admin_user},
                  {"access_key_id", result.access_key_id}};
    if (answers.credentials_file.empty())
        record.push_back({"secret_access_key", result.secret_access_key});
    else
        record.push_back({"credentials_file", answers.credentials_file});
    if (!answers.recovery_sheet_file.empty())
        record.push_back({"recovery_sheet_file", answers.recovery_sheet_file});
    record.push_back({"self_test", std::string("passed")});
    out.record(record);
    if (out.is_json())
        return;
    if (answers.recovery_sheet_file.empty())
        out.text("\n" + result.sheet);
}

void say_what_is_next(const Invocation& invocation,
                      const SetupAnswers& answers,
                      const Result& result) {
    Output& out = invocation.out;
    if (answers.credentials_file.empty())
        out.say("The secret key is not shown again.");
    if (answers.tls_certificate_file.empty() && !is_loopback(answers.listen))
        out.say(
            "Everybody on the way can read what is sent to " + answers.listen +
            ": set server.tls_certificate_file and server.tls_key_file, or put a proxy with TLS in "
            "front.");
    for (const std::string& drop_in : result.drop_ins)
        out.say("Written: " + drop_in);
    out.say("Next: systemctl daemon-reload && systemctl enable --now alexander-s3d");
    out.say("Then: alexander-admin doctor");
}

void set_up(const Invocation& invocation) {
    const SetupAnswers answers = settle_answers(invocation);
    if (invocation.out.is_json() && answers.recovery_sheet_file.empty())
        throw Error(ErrorCode::invalid_argument,
                    "with --json say where the recovery sheet goes: --recovery-sheet-file FILE");
    refuse_to_overwrite(answers);
    for (const std::string& file : {answers.credentials_file, answers.recovery_sheet_file})
        if (!file.empty() && ::access(file.c_str(), F_OK) == 0)
            throw Error(ErrorCode::already_exists, file + " exists already and is left as it is");
    const Result result = make_store(invocation, answers);
    hand_over(invocation, answers, result);
    say_what_is_next(invocation, answers, result);
}

constexpr std::array<std::string_view, 13> setup_options{"yes",
                                                         "data-dir",
                                                         "listen",
                                                         "port",
                                                         "tls-certificate-file",
                                                         "tls-key-file",
                                                         "admin-user",
                                                         "credentials-file",
                                                         "recovery-sheet-file",
                                                         "owner",
                                                         "config-dir",
                                                         "systemd-dir",
                                                         "root"};

constexpr std::array command_table{
    Command{"setup",
            "",
            "Sets up a new store: settings, master key, first administrator, self-test.",
            setup_options,
            set_up,
            SettingsNeed::none},
};

const std::array option_table{
    ProgramOption{"yes", '\0', "", "Ask nothing: what no option says is as usual."},
    ProgramOption{"data-dir", '\0', "DIR", "Folder of the store (default: /var/lib/alexander)."},
    ProgramOption{"listen", '\0', "ADDRESS", "Where to listen (default: 127.0.0.1)."},
    ProgramOption{"port", '\0', "NUMBER", "Port to listen on (default: 9000)."},
    ProgramOption{"tls-certificate-file", '\0', "FILE", "Certificate for TLS (default: no TLS)."},
    ProgramOption{"tls-key-file", '\0', "FILE", "Key of that certificate."},
    ProgramOption{"admin-user", '\0', "NAME", "First administrator (default: admin)."},
    ProgramOption{"credentials-file",
                  '\0',
                  "FILE",
                  "Where to write the administrator's access key, instead of showing it."},
    ProgramOption{"recovery-sheet-file",
                  '\0',
                  "FILE",
                  "Where to write the recovery sheet, instead of showing it."},
    ProgramOption{"owner",
                  '\0',
                  "USER",
                  "System user whom the store's files will belong to (default: alexander, if there "
                  "is such a user)."},
    ProgramOption{"config-dir", '\0', "DIR", "Folder of the settings (default: /etc/alexander)."},
    ProgramOption{"systemd-dir",
                  '\0',
                  "DIR",
                  "Where to tell systemd of a store elsewhere (default: /etc/systemd/system)."},
    ProgramOption{"root", '\0', "DIR", "Set up the system below this folder, not this one."},
};

}  // namespace

CommandFamily setup_family() {
    return {"Setting up", command_table, option_table};
}

}  // namespace alexander::admin
