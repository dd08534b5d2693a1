#include "base/settings.h"

#include "base/error.h"
#include "base/settings_table.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

namespace alexander {

namespace {

constexpr std::string_view key_text =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

struct Fixture {
    Fixture() { std::filesystem::create_directory(scratch.path() / "conf.d"); }

    [[nodiscard]] std::string path(const std::string& name) const {
        return (scratch.path() / name).string();
    }

    void write(const std::string& name, std::string_view text, mode_t mode = 0640) const {
        std::ofstream(path(name)) << text;
        REQUIRE(::chmod(path(name).c_str(), mode) == 0);
    }

    [[nodiscard]] Settings load() const {
        return load_settings(CommandLine::parse({}, arguments), environment, path("main.yaml"));
    }

    /// The message of what load() throws.
    [[nodiscard]] std::string refusal() const {
        try {
            std::ignore = load();
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::invalid_argument);
            return error.what();
        }
        return "nothing";
    }

    [[nodiscard]] bool refuses(const std::vector<std::string>& words) const {
        const std::string message = refusal();
        INFO(message);
        const bool all = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
            return message.find(word) != std::string::npos;
        });
        CHECK(all);
        return all;
    }

    ScratchDirectory scratch;
    std::vector<std::string> arguments;
    Environment environment;
};

}  // namespace

TEST_SUITE_BEGIN("base/settings");

TEST_CASE_FIXTURE(Fixture, "without any source every setting has its default") {
    const Settings settings = load();

    CHECK(settings.server.host == "127.0.0.1");
    CHECK(settings.server.port == 9000);
    CHECK(settings.server.domain.empty());
    CHECK(settings.server.workers == 0);
    CHECK(settings.server.max_connections == 4096);
    CHECK(settings.server.header_timeout == std::chrono::seconds(10));
    CHECK(settings.server.idle_timeout == std::chrono::seconds(60));
    CHECK(settings.server.shutdown_timeout == std::chrono::seconds(30));
    CHECK(settings.storage.data_dir == "/var/lib/alexander");
    CHECK(settings.storage.chunk_cache_bytes == 33554432);
    CHECK(settings.storage.compression == CompressionSetting::zstd);
    CHECK(settings.database.driver == "sqlite");
    CHECK(settings.auth.encryption_key.empty());
    CHECK(settings.auth.region == "us-east-1");
    CHECK(settings.logging.level == LogLevel::info);
    CHECK(settings.logging.format == LogFormat::text);
    CHECK(settings.fuse.dirty_limit_bytes == 268435456);
    CHECK(settings.fuse.attribute_timeout == std::chrono::milliseconds(1000));
    CHECK_FALSE(settings.fuse.writeback_cache);
}

TEST_CASE_FIXTURE(Fixture, "every type of setting is read from the file") {
    write("main.yaml",
          "server:\n  host: \"::1\"\n  port: 80\n"
          "storage:\n  compression: off\n  data_dir: /srv\n"
          "logging: {level: debug, format: json}\n"
          "fuse:\n  writeback_cache: no\n  attribute_timeout_milliseconds: 0\n"
          "auth:\ndatabase: ~\n");

    const Settings settings = load();

    CHECK(settings.server.host == "::1");
    CHECK(settings.server.port == 80);
    CHECK(settings.storage.compression == CompressionSetting::off);
    CHECK(settings.storage.data_dir == "/srv");
    CHECK(settings.logging.level == LogLevel::debug);
    CHECK(settings.logging.format == LogFormat::json);
    CHECK_FALSE(settings.fuse.writeback_cache);
    CHECK(settings.fuse.attribute_timeout == std::chrono::milliseconds(0));
}

TEST_CASE_FIXTURE(Fixture,
                  "two documents, and what looks like documents without end, are refused") {
    for (const char* const text :
         {"server:\n  port: 80\n---\nserver:\n  port: 81\n", ", 1\n- \n"}) {
        write("main.yaml", text);
        CHECK_THROWS_AS(load(), Error);
    }
}

TEST_CASE_FIXTURE(Fixture, "later sources win: file, conf.d in order, environment, command line") {
    write("main.yaml", "server: {port: 1, workers: 1, host: one, domain: one}\n");
    write("conf.d/10-a.yaml", "server: {workers: 3, host: three, domain: three}\n");
    write("conf.d/05-b.yaml", "server: {workers: 2, host: two, domain: two}\n");
    write("conf.d/99.yaml.bak", "not: {read: 1}\n");
    environment["ALEXANDER_SERVER_HOST"] = "four";
    environment["ALEXANDER_SERVER_DOMAIN"] = "four";
    arguments = {"--server.domain=five"};

    const Settings settings = load();

    CHECK(settings.server.port == 1);
    CHECK(settings.server.workers == 3);
    CHECK(settings.server.host == "four");
    CHECK(settings.server.domain == "five");
}

TEST_CASE_FIXTURE(Fixture, "--config wins over ALEXANDER_CONFIG, which wins over the default") {
    write("main.yaml", "server: {port: 1}\n");
    write("two.yaml", "server: {port: 2}\n");
    write("three.yaml", "server: {port: 3}\n");
    CHECK(load().server.port == 1);
    environment["ALEXANDER_CONFIG"] = path("two.yaml");
    CHECK(load().server.port == 2);
    arguments = {"--config", path("three.yaml")};
    CHECK(load().server.port == 3);
    arguments = {"--config", path("missing.yaml")};
    CHECK(refuses({"missing.yaml"}));
}

TEST_CASE_FIXTURE(Fixture, "an unknown name is refused with the nearest known one and its place") {
    write("main.yaml", "server:\n  prot: 80\n");
    CHECK(refuses({"main.yaml:2", "server.prot", "did you mean server.port?"}));
    write("main.yaml", "# nothing\nsevrer:\n  port: 80\n");
    CHECK(refuses({"main.yaml:2", "sevrer", "did you mean server?"}));
    write("main.yaml", "");
    environment["ALEXANDER_SERVER_PROT"] = "80";
    CHECK(refuses({"ALEXANDER_SERVER_PROT", "did you mean ALEXANDER_SERVER_PORT?"}));
}

TEST_CASE_FIXTURE(Fixture, "variables of other purposes are left alone") {
    environment["ALEXANDER_ENDPOINT"] = "x";
    environment["ALEXANDER_MOUNT"] = "x";
    environment["ALEXANDER_CONFIG"] = "";
    environment["ALEXANDER_TEST_SEED"] = "1";
    environment["PATH"] = "x";

    CHECK(load().server.port == 9000);
}

TEST_CASE_FIXTURE(Fixture, "a value of the wrong kind is refused with setting, value and source") {
    for (const char* bad :
         {"", "abc", "80x", " 80", "8.5", "-1", "65536", "0x50", "99999999999999999999"}) {
        environment["ALEXANDER_SERVER_PORT"] = bad;
        CHECK(refuses({"server.port",
                       "\"" + std::string(bad) + "\"",
                       "environment ALEXANDER_SERVER_PORT",
                       "0 to 65535"}));
    }
    environment.clear();
    arguments = {"--fuse.writeback_cache=maybe"};
    CHECK(refuses({"fuse.writeback_cache", "maybe", "command line", "true or false"}));
    arguments.clear();
    write("main.yaml", "logging:\n  level: loud\n");
    CHECK(refuses({"logging.level", "loud", "main.yaml:2", "error|warning|info|debug"}));
}

TEST_CASE_FIXTURE(Fixture, "a file that is not sections of plain values is refused") {
    for (const char* bad : {"server: [",
                            "- server",
                            "server",
                            "server: 5",
                            "server: {port: [1]}",
                            "server: {port: 1}\nserver: {host: x}",
                            "server: {port: 1, port: 2}",
                            "server: {port: }",
                            "{[a]: b}",
                            "server.port: 80",
                            "a: 1\n---\nb: 2",
                            "server: &a {port: 1\n"}) {
        write("main.yaml", bad);
        CHECK(refuses({"main.yaml"}));
    }
    for (const char* empty : {"", "# only a comment\n", "---\n"}) {
        write("main.yaml", empty);
        CHECK(load().server.port == 9000);
    }
}

TEST_CASE_FIXTURE(Fixture, "a secret comes from a file that not everyone may read") {
    write("key", " " + std::string(key_text) + "\n", 0640);
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY_FILE"] = path("key");
    CHECK(load().auth.encryption_key.reveal() == key_text);

    write("key", key_text, 0644);
    CHECK(refuses({"auth.encryption_key", path("key"), "everyone"}));
    write("key", " \n", 0600);
    CHECK(refuses({"auth.encryption_key", "empty"}));
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY_FILE"] = path("none");
    CHECK(refuses({path("none")}));
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY_FILE"] = path("conf.d");
    CHECK(refuses({path("conf.d")}));
}

TEST_CASE_FIXTURE(Fixture, "of a secret and its file the later source wins") {
    write("key", key_text, 0600);
    write("main.yaml", "auth: {encryption_key_file: " + path("key") + "}\n");
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY"] = "from the environment";
    CHECK(load().auth.encryption_key.reveal() == "from the environment");
    CHECK(load().auth.encryption_key_file.empty());
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY"] = "";
    CHECK(load().auth.encryption_key.reveal() == key_text);
    CHECK(load().auth.encryption_key_file == path("key"));
    arguments = {"--auth.encryption_key_file=" + path("key")};
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY"] = "x";
    CHECK(load().auth.encryption_key.reveal() == key_text);
    arguments.push_back("--auth.encryption_key=y");
    CHECK(refuses({"auth.encryption_key_file", "both"}));
}

TEST_CASE_FIXTURE(Fixture, "a refused secret is not repeated") {
    environment["ALEXANDER_AUTH_ENCRYPTION_KEY"] = std::string("sesame\0", 7);
    CHECK(refusal().find("sesame") == std::string::npos);
    CHECK(refuses({"auth.encryption_key", "zero bytes"}));
}

TEST_CASE("the table is complete and explains itself") {
    std::set<std::string_view> names;
    std::string_view section;
    std::set<std::string_view> sections;
    for (const SettingRow& row : settings_table()) {
        INFO(std::string(row.name));
        CHECK(names.insert(row.name).second);
        CHECK_FALSE(row.section().empty());
        CHECK_FALSE(row.key().empty());
        CHECK(row.description.back() == '.');
        CHECK((row.type == SettingType::choice) == !row.choices.empty());
        if (row.section() != section)
            CHECK(sections.insert(row.section()).second);
        section = row.section();
        std::ignore = parse_setting(row, std::string(row.default_value), "the defaults");
        if (row.type == SettingType::secret)
            CHECK(find_setting(std::string(row.name) + "_file") != nullptr);
    }
    CHECK(names.size() == settings_table().size());
}

TEST_CASE("root credentials have short names, and MinIO's below them") {
    const auto load = [](const Environment& environment) {
        return load_settings(CommandLine::parse({}, std::vector<std::string>{}),
                             environment,
                             "/nonexistent/main.yaml");
    };
    const Environment minio{{"MINIO_ROOT_USER", "m"}, {"MINIO_ROOT_PASSWORD", "minio-secret"}};
    CHECK(load(minio).auth.root_user == "m");
    CHECK(load(minio).auth.root_password.reveal() == "minio-secret");

    Environment both = minio;
    both["ALEXANDER_ROOT_USER"] = "a";
    CHECK(load(both).auth.root_user == "a");
    CHECK(load(both).auth.root_password.reveal() == "minio-secret");
    both["ALEXANDER_AUTH_ROOT_USER"] = "long";
    CHECK(load(both).auth.root_user == "long");
}

TEST_CASE("every row sets its own field") {
    // With every setting changed, no default may be left.
    std::vector<std::string> arguments;
    for (const SettingRow& row : settings_table()) {
        if (row.name == "auth.encryption_key_file" || row.name == "auth.root_password_file" ||
            row.name == "metrics.token_file")
            continue;
        std::string value = "x" + std::string(row.name);
        if (row.type == SettingType::integer)
            value = "2000000";
        if (row.unit == "seconds")
            value = std::to_string(300 + row.name.size());
        if ((row.section() == "server" || row.section() == "metrics" ||
             row.section() == "rate_limit" || row.name.starts_with("snapshot.keep")) &&
            row.type == SettingType::integer)
            value = std::to_string(100 + row.name.size());
        if (row.unit == "milliseconds" || row.unit == "hours")
            value = "2000";
        if (row.unit == "percent")
            value = "77";
        if (row.type == SettingType::boolean)
            value =
                row.name == "fuse.writeback_cache" || row.name == "gc.enabled" ? "false" : "true";
        if (row.type == SettingType::choice)
            value = row.choices.substr(0, row.choices.find('|'));
        if (row.name == "logging.format")
            value = "json";
        arguments.push_back("--" + std::string(row.name) + "=" + value);
    }
    const Settings settings =
        load_settings(CommandLine::parse({}, arguments), {}, "/nonexistent/main.yaml");
    CHECK(settings.server.host == "xserver.host");
    CHECK(settings.server.port == 111);
    CHECK(settings.server.domain == "xserver.domain");
    CHECK(settings.server.workers == 114);
    CHECK(settings.server.max_connections == 122);
    CHECK(settings.server.max_connections_per_address == 134);
    CHECK(settings.server.tls_certificate_file == "xserver.tls_certificate_file");
    CHECK(settings.server.tls_key_file == "xserver.tls_key_file");
    CHECK(settings.server.customer_keys_without_tls);
    CHECK(settings.lifecycle.day.count() == 321);
    CHECK(settings.lifecycle.interval.count() == 326);
    CHECK(settings.server.header_timeout.count() == 129);
    CHECK(settings.server.idle_timeout.count() == 127);
    CHECK(settings.server.shutdown_timeout.count() == 131);
    CHECK(settings.storage.data_dir == "xstorage.data_dir");
    CHECK(settings.storage.chunk_cache_bytes == 2000000);
    CHECK(settings.storage.compression == CompressionSetting::off);
    CHECK(settings.auth.encryption_key.reveal() == "xauth.encryption_key");
    CHECK(settings.auth.region == "xauth.region");
    CHECK(settings.auth.root_user == "xauth.root_user");
    CHECK(settings.auth.root_password.reveal() == "xauth.root_password");
    CHECK(settings.logging.level == LogLevel::error);
    CHECK(settings.logging.format == LogFormat::json);
    CHECK(settings.logging.slow_request.count() == 2000);
    CHECK(settings.server.trusted_proxies == "xserver.trusted_proxies");
    CHECK(settings.audit.file == "xaudit.file");
    CHECK(settings.metrics.host == "xmetrics.host");
    CHECK(settings.metrics.port == 112);
    CHECK(settings.metrics.fuse_port == 117);
    CHECK(settings.metrics.token.reveal() == "xmetrics.token");
    CHECK(settings.rate_limit.address_requests == 138);
    CHECK(settings.rate_limit.address_bytes == 135);
    CHECK(settings.rate_limit.key_requests == 134);
    CHECK(settings.rate_limit.key_bytes == 131);
    CHECK(settings.rate_limit.burst == 124);
    CHECK(settings.fuse.dirty_limit_bytes == 2000000);
    CHECK(settings.fuse.attribute_timeout.count() == 2000);
    CHECK_FALSE(settings.fuse.writeback_cache);
    CHECK_FALSE(settings.gc.enabled);
    CHECK(settings.gc.interval.count() == 319);
    CHECK(settings.gc.dead_percent == 77);
    CHECK(settings.gc.bytes_per_second == 2000000);
    CHECK(settings.gc.completed_uploads.count() == 2000);
    CHECK(settings.scrub.period.count() == 320);
    CHECK(settings.scrub.bytes_per_second == 2000000);
    CHECK(settings.snapshot.interval.count() == 325);
    CHECK(settings.snapshot.keep_hours == 119);
    CHECK(settings.snapshot.keep_days == 118);
    CHECK(settings.snapshot.keep_weeks == 119);
}

TEST_SUITE_END();

}  // namespace alexander
