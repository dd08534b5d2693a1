// What an operator can set. The table in settings_table.cc names, explains and defaults it all.
#pragma once

#include "base/command_line.h"
#include "base/logging.h"
#include "base/secret_text.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace alexander {

enum class CompressionSetting : std::uint8_t { off, zstd };

/// Every setting with its value; each field is explained where the table names it.
struct Settings {
    struct Server {
        std::string host;
        std::uint16_t port = 0;
        std::string domain;
        std::uint32_t workers = 0;
        std::uint32_t max_connections = 0;
        std::uint32_t max_connections_per_address = 0;
        std::string tls_certificate_file;
        std::string tls_key_file;
        bool customer_keys_without_tls = false;
        std::string trusted_proxies;
        std::chrono::seconds header_timeout{};
        std::chrono::seconds idle_timeout{};
        std::chrono::seconds shutdown_timeout{};
    };

    struct Storage {
        std::string data_dir;
        std::uint64_t chunk_cache_bytes = 0;
        CompressionSetting compression = CompressionSetting::zstd;
    };

    struct Database {
        std::string driver;
    };

    struct Auth {
        SecretText encryption_key;        // from encryption_key_file, if that is set
        std::string encryption_key_file;  // empty if a later source gives the key itself
        std::string region;
        std::string root_user;     // access key id of the administrator that settings give
        SecretText root_password;  // its secret key; from root_password_file, if that is set
        std::string root_password_file;
    };

    struct Lifecycle {
        std::chrono::seconds day{};
        std::chrono::seconds interval{};
    };

    struct Logging {
        LogLevel level = LogLevel::info;
        LogFormat format = LogFormat::text;
        std::chrono::milliseconds slow_request{};  // 0: never
    };

    struct Audit {
        std::string file;  // relative to the store folder; empty: no log
    };

    struct Metrics {
        std::string host;
        std::uint16_t port = 0;       // 0: not served
        std::uint16_t fuse_port = 0;  // likewise
        SecretText token;             // from token_file, if that is set
        std::string token_file;
    };

    struct RateLimit {
        std::uint64_t address_requests = 0;  // a second; 0: no limit
        std::uint64_t address_bytes = 0;
        std::uint64_t key_requests = 0;
        std::uint64_t key_bytes = 0;
        std::uint64_t burst = 0;  // seconds
    };

    struct Fuse {
        std::string user;
        std::uint64_t dirty_limit_bytes = 0;
        std::chrono::milliseconds attribute_timeout{};
        bool writeback_cache = true;
        bool versions = true;
    };

    struct Gc {
        bool enabled = true;
        std::chrono::seconds interval{};
        std::int64_t dead_percent = 0;
        std::uint64_t bytes_per_second = 0;
        std::chrono::hours completed_uploads{};
    };

    struct Scrub {
        std::chrono::seconds period{};  // 0: never
        std::uint64_t bytes_per_second = 0;
    };

    struct Snapshot {
        std::chrono::seconds interval{};  // 0: never
        std::int64_t keep_hours = 0;
        std::int64_t keep_days = 0;
        std::int64_t keep_weeks = 0;
    };

    Server server;
    Storage storage;
    Database database;
    Auth auth;
    Lifecycle lifecycle;
    Logging logging;
    Audit audit;
    Metrics metrics;
    RateLimit rate_limit;
    Fuse fuse;
    Gc gc;
    Scrub scrub;
    Snapshot snapshot;
};

/// Variables by name.
using Environment = std::map<std::string, std::string>;

[[nodiscard]] Environment current_environment();

/// Where settings come from, if neither --config nor ALEXANDER_CONFIG says otherwise.
inline constexpr const char* default_settings_file = "/etc/alexander/alexander.yaml";

/// What a *_file that does not exist means: an error, or a secret that is not set (for the command
/// that is about to write it).
enum class SecretFiles : std::uint8_t { must_exist, may_be_missing };

/// The text of a secret's file, without white space around it. Throws invalid_argument naming
/// `setting` if it cannot be read, is empty, or everyone may read it.
[[nodiscard]] SecretText read_secret(const std::string& path, std::string_view setting);

/// Defaults, then the YAML file, then conf.d/*.yaml beside it in the order of their names, then
/// MINIO_ROOT_* and ALEXANDER_ROOT_* (short names for auth.root_*), ALEXANDER_<SECTION>_<KEY>, then
/// --section.key=value: later wins.
///
/// A secret and its *_file count as one setting; both from one source is an error. The file must
/// not be readable by everyone; white space around its text is dropped.
/// `default_file` need not exist; a file that --config or ALEXANDER_CONFIG names must.
/// Throws invalid_argument naming the setting, the value (unless secret) and where it came from;
/// for an unknown name, the nearest known one.
[[nodiscard]] Settings load_settings(const CommandLine& command_line,
                                     const Environment& environment,
                                     const std::string& default_file = default_settings_file,
                                     SecretFiles secret_files = SecretFiles::must_exist);

}  // namespace alexander
