// presign: a URL that carries the right of one of the store's access keys for a while.
#include "admin/families.h"
#include "admin/object_name.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/time_format.h"
#include "s3/signing.h"
#include "s3client/endpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace alexander::admin {

namespace {

constexpr std::chrono::seconds usual_validity{3600};
constexpr std::array methods = std::to_array<std::string_view>({"GET", "PUT", "HEAD", "DELETE"});

std::string method_of(const Invocation& invocation) {
    std::string method = invocation.line.find("method").value_or("GET");
    if (std::ranges::find(methods, method) == methods.end())
        throw Error(ErrorCode::invalid_argument,
                    "--method " + method + " is none of GET, PUT, HEAD, DELETE");
    return method;
}

// "90", "90s", "15m", "12h", "7d"
std::chrono::seconds validity_of(const Invocation& invocation) {
    const auto text = invocation.line.find("expires");
    if (!text)
        return usual_validity;
    std::int64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, number);
    const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
    constexpr std::int64_t minute = 60;
    const std::int64_t factor = unit.empty() || unit == "s" ? 1
                                : unit == "m"               ? minute
                                : unit == "h"               ? minute * minute
                                : unit == "d"               ? minute * minute * 24
                                                            : 0;
    const std::int64_t longest = s3::longest_presigned.count();
    if (parsed.ec != std::errc() || factor == 0 || number < 1 || number > longest / factor)
        throw Error(ErrorCode::invalid_argument,
                    "--expires " + *text +
                        " is not a time such as 90s, 15m, 12h or 7d, of one second to seven days");
    return std::chrono::seconds(number * factor);
}

s3client::Endpoint endpoint_of(const Invocation& invocation) {
    if (const auto text = invocation.line.find("endpoint"))
        return s3client::parse_endpoint(*text);
    const Settings::Server& server = invocation.settings.server;
    if (server.host == "0.0.0.0" || server.host == "::")
        throw Error(ErrorCode::invalid_argument,
                    "server.host is every address of this machine: say with --endpoint under which "
                    "name clients reach the store, such as https://s3.example.org");
    const auto scheme =
        server.tls_certificate_file.empty() ? s3client::Scheme::http : s3client::Scheme::https;
    return {scheme, server.host, server.port};
}

bool works_at(const catalog::AccessKey& key, std::int64_t seconds) {
    return key.enabled && (!key.expires_seconds || *key.expires_seconds > seconds);
}

std::int64_t end_of(const catalog::AccessKey& key) {
    return key.expires_seconds.value_or(std::numeric_limits<std::int64_t>::max());
}

// Of a user's keys the one that works longest: a URL ends with its key.
catalog::AccessKey key_of_user(Users& users, const std::string& name, std::int64_t now) {
    if (!users.get(name).enabled)
        throw Error(ErrorCode::access_denied, "the user " + name + " is disabled");
    std::optional<catalog::AccessKey> best;
    for (const catalog::AccessKey& key : users.list_access_keys(name))
        if (works_at(key, now) && (!best || end_of(key) > end_of(*best)))
            best = key;
    if (!best)
        throw Error(ErrorCode::no_such_access_key,
                    "the user " + name +
                        " has no access key that works; `alexander-admin accesskey create "
                        "--username " +
                        name + "` makes one");
    return *best;
}

catalog::AccessKey key_of_id(Users& users, const std::string& id) {
    for (const catalog::User& user : users.list())
        for (const catalog::AccessKey& key : users.list_access_keys(user.name))
            if (key.id == id)
                return key;
    throw Error(ErrorCode::no_such_access_key, "no user has the access key " + id);
}

catalog::AccessKey choose_key(const Invocation& invocation, Users& users, std::int64_t now) {
    const auto id = invocation.line.find("access-key");
    const auto user = invocation.line.find("username");
    if (id.has_value() == user.has_value())
        throw Error(ErrorCode::invalid_argument,
                    "whose right shall the URL carry? Say --username or --access-key, one of them");
    return user ? key_of_user(users, *user, now) : key_of_id(users, *id);
}

void presign(const Invocation& invocation) {
    const ObjectName name = parse_place(invocation.operands[0]);
    if (name.key.empty())
        throw Error(ErrorCode::invalid_argument, invocation.operands[0] + " names no key");
    const std::string method = method_of(invocation);
    const std::chrono::seconds valid_for = validity_of(invocation);
    const s3client::Endpoint endpoint = endpoint_of(invocation);
    LocalStore local = invocation.open_store();
    Users& users = local.store().users();
    const Timestamp now = local.clock().now();
    const std::int64_t end = now.seconds + valid_for.count();
    const catalog::AccessKey key = choose_key(invocation, users, now.seconds);
    std::ignore = local.store().buckets().get(name.bucket);  // a slip would be told too late
    const auto credentials = users.authenticate(key.id);
    if (!credentials)
        throw Error(ErrorCode::access_denied,
                    "the access key " + key.id + " has expired, or it or its user is disabled");
    if (end_of(key) < end)
        throw Error(ErrorCode::invalid_argument,
                    "the access key " + key.id + " expires at " +
                        format_iso8601({*key.expires_seconds, 0}) +
                        ", before the URL would: say a shorter time or another key");
    const std::string path = s3client::path_of(name.bucket, name.key);
    const s3::Signer signer{
        key.id, credentials->secret.view(), {}, invocation.settings.auth.region};
    const std::string url =
        endpoint.text() + path + "?" +
        s3::presign_query(
            signer, {method, path, {}, {{"host", endpoint.host_header()}}}, valid_for, now);
    if (!invocation.out.is_json())
        return invocation.out.text(url + "\n");
    invocation.out.record({{"url", url},
                           {"method", method},
                           {"bucket", name.bucket},
                           {"key", name.key},
                           {"access_key_id", key.id},
                           {"expires", format_iso8601({end, 0})}});
}

constexpr std::array<std::string_view, 5> presign_options{
    "method", "expires", "endpoint", "username", "access-key"};

constexpr std::array command_table{
    Command{"presign",
            "s3://BUCKET/KEY",
            "Makes a URL with which anyone may do one thing with one object for a while.",
            presign_options,
            presign},
};

const std::array option_table{
    ProgramOption{"method", '\0', "GET|PUT|HEAD|DELETE", "What the URL is for (default: GET)."},
    ProgramOption{"expires",
                  '\0',
                  "TIME",
                  "How long the URL works, such as 90s, 15m, 12h or 7d (default: 1h, at most 7d)."},
    ProgramOption{"endpoint",
                  '\0',
                  "URL",
                  "How clients reach the store (default: from the server.* settings)."},
    ProgramOption{
        "username", '\0', "NAME", "The user whose right it carries, by a key that works longest."},
    ProgramOption{"access-key", '\0', "ID", "The access key that signs it."},
};

}  // namespace

CommandFamily presign_family() {
    return {"Links", command_table, option_table};
}

}  // namespace alexander::admin
