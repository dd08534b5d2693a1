// A lost catalog comes back whatever has become of the keys, as long as the recovery sheet is
// there.
#include "base/error.h"
#include "store/rebuild/rebuild.h"
#include "store/snapshots/files.h"
#include "store/snapshots/keyring_copies.h"
#include "store/store_file.h"
#include "store/store_keys.h"
#include "tests/crash/recovery_site.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>

using namespace alexander;
using namespace alexander::crash;

namespace {

constexpr std::array keyring_copies{"keys/keyring.a", "keys/keyring.b", "data/keyring"};

std::uint64_t base_seed() {
    const char* const given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'129;
}

void lose_keyring(FileSystem& files) {
    for (const char* const copy : keyring_copies)
        files.remove(copy);
}

void lose_snapshot_files(FileSystem& files) {
    for (const char* const folder : snapshot_folders)
        for (const std::string& name : files.list(folder))
            files.remove(std::string(folder) + "/" + name);
}

/// As `key restore` does: the sheet, and what snapshots know beyond it.
Keyring restore_from_sheet(RecoverySite& site, const std::string& sheet) {
    const StoreUuid store = read_store_file(site.boot.files()).uuid;
    Keyring keyring = find_newest_keyring(site.boot.files(),
                                          store,
                                          site.master,
                                          Keyring::restore(sheet, store, site.master),
                                          site.random);
    std::ignore = keyring.start_data_epoch(site.random, Keyring::lost_numbers);
    keyring.save(site.boot.files(), site.random);
    return keyring;
}

void check_all_is_there(RecoverySite& site) {
    site.open();
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");
    CHECK(find_problems(*site.store) == "");
}

}  // namespace

TEST_CASE("any one copy of the keyring is enough to rebuild the catalog") {
    for (const char* const kept : keyring_copies) {
        RecoverySite site(base_seed());
        site.put("a", 1);
        static_cast<void>(make_snapshot(*site.store));
        site.close();
        lose_catalog(site.boot.files());
        for (const char* const copy : keyring_copies) {
            if (copy != std::string_view(kept))
                site.boot.files().remove(copy);
        }
        CAPTURE(kept);

        static_cast<void>(site.boot.rebuild(site.master));

        check_all_is_there(site);
    }
}

TEST_CASE("snapshots stay readable when data epochs begin and former ones are drained") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    static_cast<void>(make_snapshot(*site.store));
    std::ignore = site.store->keys().start_epoch();
    site.put("b", 2);
    const catalog::CommitSeq newest = make_snapshot(*site.store);  // pieces of both epochs
    SUBCASE("as they are") {}
    SUBCASE("after a drain") {
        GcOptions options;
        options.patience = std::chrono::milliseconds(200);
        CHECK(site.store->keys().drain(options).moved_bytes > 0);
        std::ignore = site.store->keys().start_epoch();
    }
    site.close();
    lose_catalog(site.boot.files());

    CHECK(site.boot.rebuild(site.master).snapshot_seq == newest);

    check_all_is_there(site);
}

TEST_CASE("a sheet that is older than users and data epochs opens what the snapshots know") {
    for (const bool has_files : {true, false}) {
        RecoverySite site(base_seed());
        site.put("a", 1);
        std::string sheet = site.store->keys().keyring()->wrapped_roots();
        std::ignore = site.store->keys().start_epoch();
        if (!has_files)  // the packs' own heads are under the epoch of their time
            sheet = site.store->keys().keyring()->wrapped_roots();
        std::ignore = site.store->users().create("later", {});
        site.put("b", 2);
        const Keyring before =
            Keyring::load(site.boot.files(), read_store_file(site.boot.files()).uuid, site.master);
        const catalog::CommitSeq newest = make_snapshot(*site.store);
        site.close();
        lose_catalog(site.boot.files());
        lose_keyring(site.boot.files());
        if (!has_files)
            lose_snapshot_files(site.boot.files());
        CAPTURE(has_files);
        CHECK_THROWS_WITH_AS(static_cast<void>(site.boot.rebuild(site.master)),
                             "the store has no keyring: first make it again from the recovery "
                             "sheet, with `alexander-admin key restore --sheet FILE`",
                             Error);

        const Keyring keyring = restore_from_sheet(site, sheet);

        CHECK(keyring.domains() == before.domains());
        CHECK(keyring.data_epochs().size() == before.data_epochs().size() + 1);
        CHECK(site.boot.rebuild(site.master).snapshot_seq == newest);
        check_all_is_there(site);
        // Numbers that may have been given out since the snapshot are not given out again.
        CHECK(site.store->keys().keyring()->data_epoch() > Keyring::lost_numbers);
        std::ignore = site.store->users().create("last", {});
        const Keyring after =
            Keyring::load(site.boot.files(), read_store_file(site.boot.files()).uuid, site.master);
        CHECK(after.domains().size() == before.domains().size() + 1);
        CHECK(after.domains().back() > Keyring::lost_numbers);
    }
}

TEST_CASE("a keyring that the sheet's key no longer opens is not taken from a snapshot") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    const std::string sheet = site.store->keys().keyring()->wrapped_roots();
    const MasterKey other = MasterKey::generate(site.random);
    std::ignore = site.store->keys().add(other);
    site.close();
    site.store = site.boot.open(other, ProcessRole::s3d);
    site.store->keys().remove(1);
    static_cast<void>(make_snapshot(*site.store));
    site.close();
    lose_keyring(site.boot.files());

    const Keyring keyring = restore_from_sheet(site, sheet);

    CHECK(keyring.find_master_key(site.master));
    CHECK_FALSE(keyring.find_master_key(other));
}
