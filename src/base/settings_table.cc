#include "base/settings_table.h"

#include "base/settings.h"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

namespace alexander {

namespace {

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t a_day = 86400;

// Puts a checked value into one field; enumerators are in the order of the row's choices.
template <auto section, auto field>
void set(Settings& settings, const SettingValue& value) {
    auto& target = (settings.*section).*field;
    using Target = std::remove_reference_t<decltype(target)>;
    if constexpr (std::is_same_v<Target, std::string> || std::is_same_v<Target, SecretText>)
        target = Target(value.text);
    else if constexpr (std::is_same_v<Target, bool>)
        target = value.number != 0;
    else if constexpr (std::is_enum_v<Target> || std::is_integral_v<Target>)
        target = static_cast<Target>(value.number);
    else
        target = Target(value.number);
}

using S = Settings;

constexpr std::array<SettingRow, 29> table = {{
    {"server.host",
     SettingType::text,
     "",
     "127.0.0.1",
     "Address or host name on which the S3 server listens.",
     "",
     0,
     0,
     set<&S::server, &S::Server::host>},
    {"server.port",
     SettingType::integer,
     "",
     "9000",
     "TCP port on which the S3 server listens; 0 takes any free one.",
     "",
     0,
     65535,
     set<&S::server, &S::Server::port>},
    {"server.domain",
     SettingType::text,
     "",
     "",
     "Domain below which bucket names are host names; without one, buckets are in the path only.",
     "",
     0,
     0,
     set<&S::server, &S::Server::domain>},
    {"server.workers",
     SettingType::integer,
     "threads",
     "0",
     "Threads that work on requests; 0 chooses by the number of processors.",
     "",
     0,
     4096,
     set<&S::server, &S::Server::workers>},
    {"server.max_connections",
     SettingType::integer,
     "connections",
     "4096",
     "Connections open at a time; further ones wait to be accepted.",
     "",
     1,
     1'000'000,
     set<&S::server, &S::Server::max_connections>},
    {"server.max_connections_per_address",
     SettingType::integer,
     "connections",
     "1024",
     "Connections of one client address at a time; further ones are refused.",
     "",
     1,
     1'000'000,
     set<&S::server, &S::Server::max_connections_per_address>},
    {"server.tls_certificate_file",
     SettingType::path,
     "",
     "",
     "File with the server's certificate and those above it (PEM): the server speaks TLS only.",
     "",
     0,
     0,
     set<&S::server, &S::Server::tls_certificate_file>},
    {"server.tls_key_file",
     SettingType::path,
     "",
     "",
     "File with the key of that certificate (PEM).",
     "",
     0,
     0,
     set<&S::server, &S::Server::tls_key_file>},
    {"server.customer_keys_without_tls",
     SettingType::boolean,
     "",
     "false",
     "Whether keys of clients (SSE-C) are taken over connections that are not encrypted.",
     "",
     0,
     0,
     set<&S::server, &S::Server::customer_keys_without_tls>},
    {"server.header_timeout_seconds",
     SettingType::integer,
     "seconds",
     "10",
     "Time in which the header of a request must arrive.",
     "",
     1,
     a_day,
     set<&S::server, &S::Server::header_timeout>},
    {"server.idle_timeout_seconds",
     SettingType::integer,
     "seconds",
     "60",
     "Time without any traffic after which a connection is closed.",
     "",
     1,
     a_day,
     set<&S::server, &S::Server::idle_timeout>},
    {"server.shutdown_timeout_seconds",
     SettingType::integer,
     "seconds",
     "30",
     "Time that running requests get to finish when the server stops.",
     "",
     0,
     a_day,
     set<&S::server, &S::Server::shutdown_timeout>},
    {"storage.data_dir",
     SettingType::path,
     "",
     "/var/lib/alexander",
     "Folder of the store; it must be on a local file system.",
     "",
     0,
     0,
     set<&S::storage, &S::Storage::data_dir>},
    {"storage.chunk_cache_bytes",
     SettingType::integer,
     "bytes",
     "33554432",
     "Memory for decrypted chunks that may be read again; 0 keeps none.",
     "",
     0,
     any,
     set<&S::storage, &S::Storage::chunk_cache_bytes>},
    {"storage.compression",
     SettingType::choice,
     "",
     "zstd",
     "Whether new data is compressed before it is encrypted.",
     "off|zstd",
     0,
     0,
     set<&S::storage, &S::Storage::compression>},
    {"database.driver",
     SettingType::choice,
     "",
     "sqlite",
     "Database that keeps the catalog.",
     "sqlite",
     0,
     0,
     set<&S::database, &S::Database::driver>},
    {"auth.encryption_key",
     SettingType::secret,
     "",
     "",
     "Master key that opens the store, 64 hexadecimal characters.",
     "",
     0,
     0,
     set<&S::auth, &S::Auth::encryption_key>},
    {"auth.encryption_key_file",
     SettingType::path,
     "",
     "",
     "File that holds the master key instead; it must not be readable by everyone.",
     "",
     0,
     0,
     set<&S::auth, &S::Auth::encryption_key_file>},
    {"auth.region",
     SettingType::text,
     "",
     "us-east-1",
     "Region that clients must name in their signatures.",
     "",
     0,
     0,
     set<&S::auth, &S::Auth::region>},
    {"auth.root_user",
     SettingType::text,
     "",
     "",
     "Access key id of an administrator that exists as long as this is set.",
     "",
     0,
     0,
     set<&S::auth, &S::Auth::root_user>},
    {"auth.root_password",
     SettingType::secret,
     "",
     "",
     "Secret key of that administrator, 8 to 128 printable characters.",
     "",
     0,
     0,
     set<&S::auth, &S::Auth::root_password>},
    {"auth.root_password_file",
     SettingType::path,
     "",
     "",
     "File that holds that secret key instead; it must not be readable by everyone.",
     "",
     0,
     0,
     set<&S::auth, &S::Auth::root_password_file>},
    {"lifecycle.day_seconds",
     SettingType::integer,
     "seconds",
     "86400",
     "Length of a day of lifecycle rules; shorter ones are for tests.",
     "",
     1,
     a_day,
     set<&S::lifecycle, &S::Lifecycle::day>},
    {"lifecycle.interval_seconds",
     SettingType::integer,
     "seconds",
     "3600",
     "Time between two runs of the lifecycle rules.",
     "",
     1,
     a_day,
     set<&S::lifecycle, &S::Lifecycle::interval>},
    {"logging.level",
     SettingType::choice,
     "",
     "info",
     "Least grave events that are logged.",
     "error|warning|info|debug",
     0,
     0,
     set<&S::logging, &S::Logging::level>},
    {"logging.format",
     SettingType::choice,
     "",
     "text",
     "Form of the lines on standard error.",
     "text|json",
     0,
     0,
     set<&S::logging, &S::Logging::format>},
    {"fuse.dirty_limit_bytes",
     SettingType::integer,
     "bytes",
     "268435456",
     "Memory for data written to the mount but not yet stored; writers wait beyond it.",
     "",
     1'048'576,
     any,
     set<&S::fuse, &S::Fuse::dirty_limit_bytes>},
    {"fuse.attribute_timeout_milliseconds",
     SettingType::integer,
     "milliseconds",
     "1000",
     "Time for which the kernel may keep names and attributes without asking again.",
     "",
     0,
     9000,  // below the lease that S3 writes wait for a mount
     set<&S::fuse, &S::Fuse::attribute_timeout>},
    {"fuse.writeback_cache",
     SettingType::boolean,
     "",
     "false",
     "Whether the kernel collects small writes before it hands them on.",
     "",
     0,
     0,
     set<&S::fuse, &S::Fuse::writeback_cache>},
}};

}  // namespace

std::span<const SettingRow> settings_table() {
    return table;
}

const SettingRow* find_setting(std::string_view name) {
    const auto* const row =
        std::find_if(table.begin(), table.end(), [name](const SettingRow& candidate) {
            return candidate.name == name;
        });
    return row == table.end() ? nullptr : row;
}

std::vector<std::string> setting_names() {
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const SettingRow& row : table)
        names.emplace_back(row.name);
    return names;
}

std::string environment_name(const SettingRow& row) {
    std::string name = "ALEXANDER_";
    for (const char letter : row.name) {
        const bool lower = letter >= 'a' && letter <= 'z';
        name += letter == '.' ? '_' : lower ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    return name;
}

}  // namespace alexander
