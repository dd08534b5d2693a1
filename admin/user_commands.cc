// user ... and accesskey ...
#include "admin/families.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/time_format.h"

#include <array>

namespace alexander::admin {

namespace {

Record describe(const catalog::User& user) {
    return {{"name", user.name},
            {"display_name", user.display_name},
            {"canonical_id", user.canonical_id},
            {"admin", user.is_admin},
            {"enabled", user.enabled},
            {"created", format_iso8601(user.created)}};
}

Record describe(const catalog::AccessKey& key, const std::string& user) {
    return {
        {"access_key_id", key.id},
        {"username", user},
        {"enabled", key.enabled},
        {"created", format_iso8601(key.created)},
        {"expires",
         key.expires_seconds ? format_iso8601({*key.expires_seconds, 0}) : std::string("never")}};
}

void create_user(const Invocation& invocation) {
    Users::CreateOptions options;
    options.is_admin = invocation.line.has("admin");
    options.display_name = invocation.line.find("display-name").value_or("");
    LocalStore local = invocation.open_store();
    invocation.out.record(describe(local.store().users().create(invocation.operands[0], options)));
}

void list_users(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    for (const catalog::User& user : local.store().users().list())
        rows.push_back(describe(user));
    invocation.out.table({"name", "display_name", "canonical_id", "admin", "enabled", "created"},
                         rows);
}

void get_user(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    invocation.out.record(describe(local.store().users().get(invocation.operands[0])));
}

void delete_user(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    local.store().users().remove(invocation.operands[0]);
    if (invocation.out.is_json())
        invocation.out.record({{"deleted", invocation.operands[0]}});
    invocation.out.say("Deleted user " + invocation.operands[0] + ".");
}

void set_enabled(const Invocation& invocation, bool enabled) {
    LocalStore local = invocation.open_store();
    Users& users = local.store().users();
    users.set_enabled(invocation.operands[0], enabled);
    invocation.out.record(describe(users.get(invocation.operands[0])));
}

std::optional<std::int64_t> read_expiry(const Invocation& invocation) {
    const auto text = invocation.line.find("expires");
    if (!text)
        return std::nullopt;
    constexpr std::size_t date_size = 10;
    const auto time = parse_iso8601(text->size() == date_size ? *text + "T00:00:00Z" : *text);
    if (!time)
        throw Error(ErrorCode::invalid_argument,
                    "--expires " + *text + " is not a date such as 2030-01-31");
    SystemClock clock;
    if (*time <= clock.now())
        throw Error(ErrorCode::invalid_argument, "--expires " + *text + " has passed");
    return time->seconds;
}

void enable_user(const Invocation& invocation) {
    set_enabled(invocation, true);
}

void disable_user(const Invocation& invocation) {
    set_enabled(invocation, false);
}

void create_access_key(const Invocation& invocation) {
    const std::string user = invocation.required("username");
    const auto expires = read_expiry(invocation);
    LocalStore local = invocation.open_store();
    const auto made = local.store().users().create_access_key(user, expires, std::nullopt);
    Record record = describe(made.key, user);
    record.insert(record.begin() + 1, {"secret_access_key", made.secret});
    invocation.out.record(record);
    invocation.out.say("The secret is not shown again.");
}

void list_access_keys(const Invocation& invocation) {
    const std::string user = invocation.required("username");
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    for (const catalog::AccessKey& key : local.store().users().list_access_keys(user))
        rows.push_back(describe(key, user));
    invocation.out.table({"access_key_id", "username", "enabled", "created", "expires"}, rows);
}

void revoke_access_key(const Invocation& invocation) {
    const std::string user = invocation.required("username");
    LocalStore local = invocation.open_store();
    local.store().users().revoke_access_key(user, invocation.operands[0]);
    if (invocation.out.is_json())
        invocation.out.record({{"revoked", invocation.operands[0]}});
    invocation.out.say("Revoked access key " + invocation.operands[0] + ".");
}

constexpr std::array<std::string_view, 2> user_options{"admin", "display-name"};
constexpr std::array<std::string_view, 2> new_key_options{"username", "expires"};
constexpr std::array<std::string_view, 1> key_options{"username"};

constexpr std::array command_table{
    Command{"user create", "NAME", "Creates a user.", user_options, create_user},
    Command{"user list", "", "Lists users.", {}, list_users},
    Command{"user get", "NAME", "Shows a user.", {}, get_user},
    Command{"user delete",
            "NAME",
            "Deletes a user who owns no bucket, and the user's keys.",
            {},
            delete_user},
    Command{"user disable", "NAME", "Refuses all of a user's keys, at once.", {}, disable_user},
    Command{"user enable", "NAME", "Takes them again.", {}, enable_user},
    Command{"accesskey create",
            "",
            "Creates an access key and shows its secret, once.",
            new_key_options,
            create_access_key},
    Command{"accesskey list", "", "Lists a user's access keys.", key_options, list_access_keys},
    Command{"accesskey revoke",
            "ACCESS_KEY_ID",
            "Revokes an access key, at once.",
            key_options,
            revoke_access_key},
};

const std::array option_table{
    ProgramOption{"username", '\0', "NAME", "The user whose access keys these are."},
    ProgramOption{"admin", '\0', "", "The new user may use every bucket."},
    ProgramOption{"display-name", '\0', "TEXT", "What S3 shows as the owner (default: the name)."},
    ProgramOption{"expires",
                  '\0',
                  "DATE",
                  "When the new access key stops working, as 2030-01-31 or 2030-01-31T12:00:00Z."},
};

}  // namespace

CommandFamily user_family() {
    return {"Users and access keys", command_table, option_table};
}

}  // namespace alexander::admin
