// What doctor is made of: checks, what they look at, and what they find.
#pragma once

#include "admin/command.h"
#include "store/health/folder_facts.h"
#include "store/store_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::admin {

enum class Verdict : std::uint8_t { ok, warning, failure, skipped };

struct Finding {
    Verdict verdict = Verdict::ok;
    std::string what;  // one sentence without a full stop
    std::string fix;   // a command or an act; of an `ok` a reminder, or empty
};

[[nodiscard]] inline Finding ok(std::string what, std::string reminder = {}) {
    return {Verdict::ok, std::move(what), std::move(reminder)};
}

[[nodiscard]] inline Finding warn(std::string what, std::string fix) {
    return {Verdict::warning, std::move(what), std::move(fix)};
}

[[nodiscard]] inline Finding fail(std::string what, std::string fix) {
    return {Verdict::failure, std::move(what), std::move(fix)};
}

/// For what cannot be looked at because of something else, or has no meaning here.
[[nodiscard]] inline Finding skip(std::string why) {
    return {Verdict::skipped, std::move(why), {}};
}

/// What the checks look at. One thread.
class Patient {
public:
    explicit Patient(const Invocation& call);

    const Invocation& invocation;

    /// Nothing if the settings cannot be used; then why is in settings_fault.
    std::optional<Settings> settings;
    std::string settings_fault;
    std::vector<std::string> settings_files;  // that were read

    /// Nothing if there is none or it is no key.
    std::optional<MasterKey> master;

    /// Nothing if there is no such folder, or no file STORE that can be used.
    std::unique_ptr<PosixFileSystem> files;
    std::optional<StoreFile> store_file;
    std::string store_fault;

    std::vector<ProcessFacts> processes;

    /// The open store; nothing if it cannot be opened, or must not (it would be migrated). Opened
    /// at the first call.
    [[nodiscard]] Store* store();

    [[nodiscard]] const std::string& why_not_open() const { return open_fault_; }

    /// A path of the system that is looked at: below --root.
    [[nodiscard]] std::string system_path(const std::string& path) const { return root_ + path; }

    [[nodiscard]] const std::string& data_dir() const { return settings->storage.data_dir; }

    [[nodiscard]] Timestamp now() { return clock_.now(); }

private:
    void read_settings();
    void look_at_folder();
    [[nodiscard]] std::string reason_not_to_open();

    SystemClock clock_;
    std::string root_;
    bool tried_to_open_ = false;
    std::string open_fault_;
    std::unique_ptr<LocalStore> local_;
};

struct Check {
    std::string_view name;  // snake_case, stable: monitoring asks for it
    std::string_view about;
    Finding (*run)(Patient& patient);
};

/// The groups, in the order in which they run: later ones need what earlier ones found.
[[nodiscard]] std::span<const Check> settings_checks();
[[nodiscard]] std::span<const Check> machine_checks();
[[nodiscard]] std::span<const Check> disk_checks();
[[nodiscard]] std::span<const Check> folder_checks();
[[nodiscard]] std::span<const Check> process_checks();
[[nodiscard]] std::span<const Check> catalog_checks();
[[nodiscard]] std::span<const Check> network_checks();
[[nodiscard]] std::span<const Check> mount_checks();
[[nodiscard]] std::span<const Check> service_checks();

/// All groups.
[[nodiscard]] std::vector<Check> all_checks();

}  // namespace alexander::admin
