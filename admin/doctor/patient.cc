#include "admin/doctor/check.h"
#include "base/error.h"

#include <algorithm>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const CommandLine& line) {
    const Environment environment = current_environment();
    const auto variable = environment.find("ALEXANDER_CONFIG");
    const bool in_environment = variable != environment.end() && !variable->second.empty();
    const std::string main_file = line.find("config").value_or(
        in_environment ? variable->second : std::string(default_settings_file));
    std::vector<std::string> files;
    std::error_code fault;
    if (fs::exists(main_file, fault))
        files.push_back(main_file);
    for (fs::directory_iterator entry(fs::path(main_file).parent_path() / "conf.d", fault), end;
         !fault && entry != end;
         entry.increment(fault))
        if (entry->path().extension() == ".yaml")
            files.push_back(entry->path().string());
    std::ranges::sort(files);
    return files;
}

}  // namespace

Patient::Patient(const Invocation& call)
    : invocation(call), root_(call.line.find("root").value_or("")) {
    read_settings();
    if (settings)
        look_at_folder();
}

void Patient::read_settings() {
    settings_files = files_of(invocation.line);
    try {
        settings = load_settings(invocation.line, current_environment());
    } catch (const Error& error) {
        settings_fault = error.what();
    }
    if (!settings) {
        // A key file that is missing must not hide everything else.
        try {
            settings = load_settings(invocation.line,
                                     current_environment(),
                                     default_settings_file,
                                     SecretFiles::may_be_missing);
        } catch (const Error& error) {
            settings_fault = error.what();
        }
    }
    if (settings && !settings->auth.encryption_key.empty()) {
        try {
            master = master_key_of(*settings);
        } catch (const Error& error) {
            settings_fault = error.what();
        }
    }
}

void Patient::look_at_folder() {
    try {
        files = std::make_unique<PosixFileSystem>(PosixFileSystem::open_root(data_dir()));
        store_file = read_store_file(*files);
        processes = examine_folder(*files).processes;
    } catch (const Error& error) {
        store_fault = error.what();
    }
}

std::string Patient::reason_not_to_open() {
    if (!settings)
        return "the settings cannot be read";
    if (!store_file)
        return store_fault;
    if (!master)
        return "there is no master key";
    const SchemaFacts schema = examine_schema(*files, data_dir() + "/meta/alexander.db");
    // Opening would migrate it, and a doctor changes nothing.
    if (schema.stored != schema.known)
        return "its catalog waits for a migration";
    return {};
}

Store* Patient::store() {
    if (!tried_to_open_) {
        tried_to_open_ = true;
        try {
            open_fault_ = reason_not_to_open();
            if (open_fault_.empty())
                local_ = std::make_unique<LocalStore>(
                    *settings, invocation.log, *master, ProcessRole::admin);
        } catch (const Error& error) {
            open_fault_ = error.what();
        }
    }
    return local_ ? &local_->store() : nullptr;
}

std::vector<Check> all_checks() {
    std::vector<Check> all;
    for (const auto group : {settings_checks(),
                             machine_checks(),
                             disk_checks(),
                             folder_checks(),
                             process_checks(),
                             catalog_checks(),
                             network_checks(),
                             mount_checks(),
                             service_checks()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace alexander::admin
