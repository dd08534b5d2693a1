// init, status.
#include "admin/families.h"
#include "admin/new_file.h"
#include "base/error.h"
#include "store/recovery_sheet.h"

#include <unistd.h>

#include <array>

namespace alexander::admin {

namespace {

constexpr mode_t for_owner = 0600;

double ratio(std::int64_t whole, std::int64_t part) {
    return part == 0 ? 1.0 : static_cast<double>(whole) / static_cast<double>(part);
}

void init_store(const Invocation& invocation) {
    const Settings& settings = invocation.settings;
    // The settings may point at a key file that init is about to write, so they were loaded
    // without it; a key that is there already is used, not replaced.
    const bool has_key = !settings.auth.encryption_key.empty();
    const std::string path =
        invocation.line.find("master-key-file").value_or(settings.auth.encryption_key_file);
    if (!has_key && path.empty())
        throw Error(ErrorCode::invalid_argument,
                    "say where to write the master key: --master-key-file FILE");
    SystemRandom random;
    const MasterKey master = has_key ? master_key_of(settings) : MasterKey::generate(random);
    if (!has_key)
        write_new_file(path, master.reveal_hex() + "\n", for_owner);
    try {
        LocalStore::create(settings, invocation.log, master);
    } catch (const Error&) {
        // No store was made, so nothing needs this key; left behind it would stop the next try.
        if (!has_key)
            ::unlink(path.c_str());
        throw;
    }
    LocalStore local(settings, invocation.log, master, ProcessRole::admin);
    if (invocation.out.is_json())
        invocation.out.record({{"store_uuid", local.store().status().store_uuid},
                               {"data_dir", settings.storage.data_dir},
                               {"master_key_file", path},
                               {"wrapped_roots", local.store().engine().keyring.wrapped_roots()}});
    else
        invocation.out.text(recovery_sheet(settings, master, local.store()));
}

void show_status(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    const Store::Status status = local.store().status();
    const catalog::StoreTotals& totals = status.totals;
    invocation.out.record({{"store_uuid", status.store_uuid},
                           {"data_dir", invocation.settings.storage.data_dir},
                           {"objects", totals.objects},
                           {"versions", totals.versions},
                           {"logical_bytes", totals.logical_bytes},
                           {"unique_bytes", totals.unique_bytes},
                           {"on_disk_bytes", static_cast<std::int64_t>(status.disk_bytes)},
                           {"catalog_bytes", static_cast<std::int64_t>(status.catalog_bytes)},
                           {"free_bytes", static_cast<std::int64_t>(status.free_bytes)},
                           {"dedup_factor", ratio(totals.logical_bytes, totals.unique_bytes)},
                           {"compression_factor", ratio(totals.unique_bytes, totals.record_bytes)},
                           {"chunks", totals.chunks},
                           {"packs", totals.packs},
                           {"processes", status.live_processes}});
}

constexpr std::array<std::string_view, 1> init_options{"master-key-file"};

constexpr std::array command_table{
    Command{"init",
            "",
            "Makes a store and its master key, and prints the recovery sheet.",
            init_options,
            init_store,
            SettingsNeed::secrets_may_be_missing},
    Command{"status", "", "Shows what is stored and what it takes on disk.", {}, show_status},
};

const std::array option_table{
    ProgramOption{"master-key-file",
                  '\0',
                  "FILE",
                  "Where init writes the new master key (default: auth.encryption_key_file)."},
};

}  // namespace

CommandFamily store_family() {
    return {"Store", command_table, option_table};
}

}  // namespace alexander::admin
