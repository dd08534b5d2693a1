#include "base/settings.h"

#include "base/error.h"
#include "base/settings_sources.h"

#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <span>

namespace alexander {

namespace {

constexpr std::string_view prefix = "ALEXANDER_";

std::vector<std::string> find_files(const std::string& main_file, bool required) {
    namespace fs = std::filesystem;
    std::error_code fault;
    std::vector<std::string> files;
    if (required || fs::exists(main_file, fault))
        files.push_back(main_file);
    const fs::path folder = fs::path(main_file).parent_path() / "conf.d";
    std::vector<std::string> extra;
    for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end;
         entry.increment(fault)) {
        if (entry->path().extension() == ".yaml")
            extra.push_back(entry->path().string());
    }
    // Only a folder that is not there may be passed over.
    if (fault && fault != std::errc::no_such_file_or_directory)
        throw Error(ErrorCode::invalid_argument,
                    "cannot read " + folder.string() + ": " + fault.message());
    std::sort(extra.begin(), extra.end());
    files.insert(files.end(), extra.begin(), extra.end());
    return files;
}

bool names_a_section(std::string_view variable) {
    const auto table = settings_table();
    return std::any_of(table.begin(), table.end(), [variable](const SettingRow& row) {
        const std::string name = environment_name(row);
        const std::size_t size = prefix.size() + row.section().size() + 1;
        return variable.substr(0, size) == std::string_view(name).substr(0, size);
    });
}

// Short names, and those of MinIO so that a start script needs no change.
struct Alias {
    const char* variable;
    const char* setting;
};

constexpr Alias minio_aliases[] = {
    {"MINIO_ROOT_USER", "auth.root_user"},
    {"MINIO_ROOT_PASSWORD", "auth.root_password"},
    {"MINIO_ROOT_PASSWORD_FILE", "auth.root_password_file"},
};
constexpr Alias own_aliases[] = {
    {"ALEXANDER_ROOT_USER", "auth.root_user"},
    {"ALEXANDER_ROOT_PASSWORD", "auth.root_password"},
    {"ALEXANDER_ROOT_PASSWORD_FILE", "auth.root_password_file"},
};

void read_aliases(const Environment& environment,
                  std::span<const Alias> aliases,
                  int rank,
                  RawSettings& settings) {
    for (const Alias& alias : aliases) {
        const auto found = environment.find(alias.variable);
        if (found != environment.end())
            settings[alias.setting] = {
                found->second, std::string("environment ") + alias.variable, rank};
    }
}

void read_environment(const Environment& environment, int rank, RawSettings& settings) {
    std::map<std::string, std::string_view> known;
    std::vector<std::string> names;
    for (const SettingRow& row : settings_table()) {
        names.push_back(environment_name(row));
        known.emplace(names.back(), row.name);
    }
    for (const auto& [variable, text] : environment) {
        const auto found = known.find(variable);
        if (found != known.end())
            settings[std::string(found->second)] = {text, "environment " + variable, rank};
        else if (names_a_section(variable))
            throw Error(ErrorCode::invalid_argument,
                        "unknown setting in the environment: " + variable +
                            suggest_nearest(variable, names));
    }
}

void read_command_line(const CommandLine& command_line, int rank, RawSettings& settings) {
    for (const SettingRow& row : settings_table()) {
        const std::string name(row.name);
        if (const auto text = command_line.find(row.name))
            settings[name] = {*text, "command line --" + name, rank};
    }
}

RawSettings read_sources(const CommandLine& command_line,
                         const Environment& environment,
                         const std::string& default_file) {
    const auto variable = environment.find("ALEXANDER_CONFIG");
    const bool in_environment = variable != environment.end() && !variable->second.empty();
    const auto option = command_line.find("config");
    const std::string main_file = option           ? *option
                                  : in_environment ? variable->second
                                                   : default_file;
    RawSettings settings;
    int rank = 1;
    for (const std::string& file : find_files(main_file, option || in_environment))
        read_settings_file(file, rank++, settings);
    read_aliases(environment, minio_aliases, rank++, settings);
    read_aliases(environment, own_aliases, rank++, settings);
    read_environment(environment, rank++, settings);
    read_command_line(command_line, rank, settings);
    return settings;
}

// Replaces a secret by what its *_file holds, if the file is the later of the two. Otherwise the
// file counts for nothing.
void read_secret_of(const SettingRow& row, SecretFiles files, RawSettings& settings) {
    const std::string name(row.name);
    const auto file = settings.find(name + "_file");
    if (file == settings.end() || file->second.text.empty())
        return;
    RawSetting& secret = settings[name];
    if (!secret.text.empty() && secret.rank > file->second.rank) {
        file->second.text.clear();
        return;
    }
    std::error_code fault;
    if (files == SecretFiles::may_be_missing && !std::filesystem::exists(file->second.text, fault))
        return;
    if (!secret.text.empty() && secret.rank == file->second.rank)
        throw Error(ErrorCode::invalid_argument,
                    name + " and " + name + "_file are both given by " + secret.source + " and " +
                        file->second.source + "; give one");
    secret = {read_secret_file(file->second.text, name), file->second.text, file->second.rank};
}

}  // namespace

Environment current_environment() {
    Environment environment;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

SecretText read_secret(const std::string& path, std::string_view setting) {
    std::string text = read_secret_file(path, setting);
    SecretText secret(text);
    ::explicit_bzero(text.data(), text.size());
    return secret;
}

Settings load_settings(const CommandLine& command_line,
                       const Environment& environment,
                       const std::string& default_file,
                       SecretFiles secret_files) {
    RawSettings given = read_sources(command_line, environment, default_file);
    for (const SettingRow& row : settings_table()) {
        if (row.type == SettingType::secret)
            read_secret_of(row, secret_files, given);
    }
    Settings settings;
    for (const SettingRow& row : settings_table()) {
        const auto found = given.find(row.name);
        SettingValue value =
            found == given.end()
                ? parse_setting(row, std::string(row.default_value), "the defaults")
                : parse_setting(row, found->second.text, found->second.source);
        row.assign(settings, value);
        if (row.type == SettingType::secret) {
            ::explicit_bzero(value.text.data(), value.text.size());
            if (found != given.end())
                ::explicit_bzero(found->second.text.data(), found->second.text.size());
        }
    }
    return settings;
}

}  // namespace alexander
