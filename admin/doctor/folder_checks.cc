// The store's folder, before the store is opened.
#include "admin/doctor/check.h"
#include "base/error.h"
#include "crypto/keyring_examination.h"
#include "store/health/last_collection.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

constexpr mode_t others = 0007;
constexpr std::uint64_t reserve_bytes = std::uint64_t{32} << 20U;

std::optional<struct stat> facts_of(const std::string& path) {
    struct stat facts = {};
    return ::lstat(path.c_str(), &facts) == 0 ? std::optional(facts) : std::nullopt;
}

Finding check_folder(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    const auto facts = facts_of(patient.data_dir());
    if (!facts)
        return fail("there is no folder " + patient.data_dir(),
                    "mount its disk, correct storage.data_dir, or make a store: `alexander-admin "
                    "setup`");
    if ((facts->st_mode & others) != 0)
        return warn("everybody may look into " + patient.data_dir(),
                    "chmod o-rwx " + patient.data_dir());
    return ok(patient.data_dir() + " is closed to others");
}

Finding check_format(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    if (!patient.store_file)
        return fail(patient.store_fault,
                    "correct storage.data_dir, or bring back the file STORE from a backup of the "
                    "folder");
    return ok("the store's format is " + std::to_string(store_format_version));
}

Finding check_parts(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    for (const char* const name : {"keys", "meta", "data", "run", "tmp", "quarantine"})
        if (!fs::is_directory(patient.data_dir() + "/" + name))
            return fail("the store's folder " + std::string(name) + " is missing",
                        "bring it back from a backup; an empty run, tmp or quarantine may be made "
                        "by hand");
    return ok("all folders of the store are there");
}

Finding check_owners(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    const auto store = facts_of(patient.data_dir() + "/STORE");
    for (const char* const name : {"",
                                   "keys",
                                   "meta",
                                   "meta/alexander.db",
                                   "meta/alexander.db-wal",
                                   "meta/alexander.db-shm",
                                   "data",
                                   "run",
                                   "run/shared",
                                   "tmp"}) {
        const std::string path = patient.data_dir() + "/" + name;
        const auto facts = facts_of(path);
        if (facts && store && facts->st_uid != store->st_uid)
            return fail(
                path + " belongs to user " + std::to_string(facts->st_uid) +
                    ", the store to user " + std::to_string(store->st_uid),
                "chown -R --reference=" + patient.data_dir() + "/STORE " + patient.data_dir());
    }
    return ok("everything in the store belongs to one user");
}

Finding check_master_key(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    if (!patient.master)
        return fail("there is no master key, so the store cannot be opened",
                    "set auth.encryption_key_file; the key is on the recovery sheet");
    const auto copies =
        examine_keyring_copies(*patient.files, patient.store_file->uuid, &*patient.master);
    const auto is = [](KeyringCopyState state) {
        return [state](const KeyringCopy& copy) { return copy.state == state; };
    };
    if (std::ranges::any_of(copies, is(KeyringCopyState::opens)))
        return ok("the master key opens the store");
    if (std::ranges::any_of(copies, is(KeyringCopyState::does_not_open)))
        return fail("the master key is another store's",
                    "compare the check words with those of the recovery sheet, and set "
                    "auth.encryption_key_file");
    return fail("no copy of the keyring can be used",
                "restore the keyring from the recovery sheet");
}

std::string describe(KeyringCopyState state) {
    switch (state) {
        case KeyringCopyState::missing:
            return "missing";
        case KeyringCopyState::damaged:
            return "damaged";
        case KeyringCopyState::of_another_store:
            return "of another store";
        case KeyringCopyState::of_a_newer_version:
            return "of a newer version";
        case KeyringCopyState::does_not_open:
            return "for another master key";
        case KeyringCopyState::opens:
            return "whole";
    }
    return {};
}

Finding check_keyring_copies(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    const auto copies = examine_keyring_copies(
        *patient.files, patient.store_file->uuid, patient.master ? &*patient.master : nullptr);
    std::uint64_t oldest = copies.front().generation;
    std::uint64_t newest = copies.front().generation;
    for (const KeyringCopy& copy : copies) {
        if (copy.state != KeyringCopyState::opens)
            return warn(
                copy.path + " is " + describe(copy.state) + ": there is a copy less",
                "restart a daemon: opening the store writes it anew from a whole copy. If it "
                "happens again, check the disk");
        oldest = std::min(oldest, copy.generation);
        newest = std::max(newest, copy.generation);
    }
    if (newest != oldest)
        return warn(
            "the keyring's copies are " + std::to_string(newest - oldest) + " generations apart",
            "restart a daemon: opening the store writes the older ones anew");
    return ok("all copies of the keyring are whole");
}

Finding check_schema(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    const SchemaFacts facts =
        examine_schema(*patient.files, patient.data_dir() + "/meta/alexander.db");
    const std::string said = "the catalog's schema is " + std::to_string(facts.stored);
    if (facts.stored < facts.known)
        return warn(said + ", this program's " + std::to_string(facts.known),
                    "stop all programs on the store and start one: it migrates the catalog");
    return ok(said);
}

Finding check_log_size(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    constexpr std::uint64_t large = std::uint64_t{512} << 20U;
    const auto facts = facts_of(patient.data_dir() + "/meta/alexander.db-wal");
    if (!facts)
        return ok("the catalog has no log at the moment");
    const auto size = static_cast<std::int64_t>(facts->st_size);
    const std::string said = "the catalog's log takes " + format_bytes(size);
    if (static_cast<std::uint64_t>(size) > large)
        return warn(said + ": something keeps it from being copied into the catalog",
                    "look for a backup or a tool that keeps the catalog open, and restart the "
                    "daemons");
    return ok(said);
}

Finding check_reserve(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    const auto facts = facts_of(patient.data_dir() + "/reserve");
    const std::uint64_t taken =
        facts ? static_cast<std::uint64_t>(facts->st_blocks) * 512U : std::uint64_t{0};
    if (!facts || static_cast<std::uint64_t>(facts->st_size) < reserve_bytes)
        return warn("the space that deletes need on a full disk is not kept aside",
                    "make room: a running daemon then fills it again");
    // Compression of the file system could give it back.
    if (taken < reserve_bytes / 2)
        return warn(
            "the space kept aside takes only " + format_bytes(static_cast<std::int64_t>(taken)) +
                " on disk",
            "switch the file system's compression off for " + patient.data_dir() + "/reserve");
    return ok("32 MiB are kept aside for deletes on a full disk");
}

Finding check_quarantine(Patient& patient) {
    if (!patient.store_file)
        return skip("there is no store");
    const std::size_t count = patient.files->list("quarantine").size();
    if (count != 0)
        return fail(
            std::to_string(count) + " damaged files lie in quarantine",
            "run `alexander-admin damage list`, bring the objects back from elsewhere, then "
            "remove the files in " +
                patient.data_dir() + "/quarantine");
    return ok("the quarantine is empty");
}

Finding check_collection(Patient& patient) {
    if (!patient.store_file || !patient.settings->gc.enabled)
        return skip(patient.store_file ? "garbage collection is off" : "there is no store");
    const auto finished = last_collection_seconds(*patient.files);
    if (!finished)
        return ok("no garbage collection has finished yet");
    constexpr std::int64_t a_day = 86'400;
    const std::int64_t period = patient.settings->gc.interval.count();
    const std::int64_t age = std::max<std::int64_t>(patient.now().seconds - *finished, 0);
    const std::string said = "the last garbage collection finished " +
                             format_duration(std::chrono::seconds(age)) + " ago";
    if (age > std::max(3 * period, a_day))
        return warn(said + ": deleted data still takes space",
                    "keep a daemon running and look into its log, or run `alexander-admin gc "
                    "--run`");
    return ok(said);
}

constexpr std::array checks{
    Check{"store_folder", "Store folder", check_folder},
    Check{"store_format", "Store format", check_format},
    Check{"store_parts", "Folders of the store", check_parts},
    Check{"store_owners", "Owners of the store's files", check_owners},
    Check{"master_key", "Master key", check_master_key},
    Check{"keyring_copies", "Copies of the keyring", check_keyring_copies},
    Check{"schema", "Schema of the catalog", check_schema},
    Check{"catalog_log", "Log of the catalog", check_log_size},
    Check{"reserve", "Reserve", check_reserve},
    Check{"quarantine", "Quarantine", check_quarantine},
    Check{"last_collection", "Last garbage collection", check_collection},
};

}  // namespace

std::span<const Check> folder_checks() {
    return checks;
}

}  // namespace alexander::admin
