#include "store/store_keys.h"

#include "base/error.h"
#include "base/logging.h"
#include "catalog/garbage.h"

namespace alexander {

StoreKeys::StoreKeys(const Parts& parts) : parts_(parts) {
    publish();
}

std::vector<std::string> StoreKeys::others(const std::function<bool(SharedRegion&)>& wanted) {
    std::vector<std::string> programs;
    for (const unsigned number : parts_.processes.living()) {
        SharedRegion& region = parts_.page.region(number);
        if (number != parts_.processes.own() && wanted(region))
            programs.emplace_back(program_name(static_cast<ProcessRole>(region.role.load())));
    }
    return programs;
}

std::vector<StoreKeys::MasterKeyInfo> StoreKeys::list() {
    parts_.keyring.refresh();
    const std::optional<std::uint32_t> own = parts_.keyring.own_number();
    std::vector<MasterKeyInfo> keys;
    for (const std::uint32_t number : parts_.keyring.get()->master_keys())
        keys.push_back({number, number == own, others([&](SharedRegion& region) {
                            return region.master_key.load() == number;
                        })});
    return keys;
}

std::uint32_t StoreKeys::add(const MasterKey& key) {
    std::uint32_t number = 0;
    const auto catalog_lock = parts_.locks.lock_catalog();
    parts_.keyring.change([&](Keyring& keyring, RandomSource& random) {
        number = keyring.add_master_key(key, random);
    });
    publish();
    return number;
}

void StoreKeys::remove(std::uint32_t number) {
    const auto catalog_lock = parts_.locks.lock_catalog();
    if (parts_.keyring.own_number() == number)
        throw Error(ErrorCode::invalid_argument,
                    "master key " + std::to_string(number) +
                        " is the one in these settings: a key is removed with the help of another "
                        "one that stays");
    const std::vector<std::string> users =
        others([&](SharedRegion& region) { return region.master_key.load() == number; });
    if (!users.empty())
        throw Error(ErrorCode::busy,
                    users.front() + " runs with master key " + std::to_string(number) +
                        " and could not start again without it: give it another key in its "
                        "settings and restart it first");
    parts_.keyring.change([&](Keyring& keyring, RandomSource& random) {
        if (!keyring.remove_master_key(number, parts_.keyring.master(), random))
            throw Error(ErrorCode::invalid_argument,
                        "there is no master key " + std::to_string(number) +
                            "; `alexander-admin key list` shows them");
    });
    publish();
}

std::uint32_t StoreKeys::start_epoch() {
    {
        const auto catalog_lock = parts_.locks.lock_catalog();
        parts_.keyring.change([](Keyring& keyring, RandomSource& random) {
            std::ignore = keyring.start_data_epoch(random);
        });
    }
    begin_epoch();
    return parts_.keyring.get()->data_epoch();
}

// What is told to others comes last: from then on they may rely on it.
void StoreKeys::begin_epoch() {
    const bool is_new =
        parts_.processes.own_region().data_epoch.load() != parts_.keyring.get()->data_epoch();
    parts_.chunks.adopt(parts_.keyring.get());
    if (is_new)
        parts_.committer.seal_packs();
    publish();
}

void StoreKeys::publish() {
    SharedRegion& own = parts_.processes.own_region();
    own.data_epoch.store(parts_.keyring.get()->data_epoch());
    own.master_key.store(parts_.keyring.own_number().value_or(0));
}

StoreKeys::EpochStatus StoreKeys::epochs() {
    parts_.keyring.refresh();
    EpochStatus status;
    status.current = parts_.keyring.get()->data_epoch();
    const auto is_old = [&](const catalog::Pack& pack) {
        return pack.oldest_epoch < status.current;
    };
    const auto snapshot = parts_.catalog.read();
    for (const catalog::PackUse& use : catalog::list_pack_uses(*snapshot)) {
        if (!is_old(use.pack) || use.chunks == 0)
            continue;
        ++status.old_packs;
        status.old_bytes += use.record_bytes;
    }
    for (const catalog::Pack& pack : catalog::list_active_packs(*snapshot)) {
        if (!is_old(pack))
            continue;
        ++status.old_packs;
        ++status.open_packs;
        status.old_bytes += pack.durable_length;
    }
    status.programs = others([&](SharedRegion& region) {
        return region.data_epoch.load() < status.current &&
               region.role.load() != static_cast<std::uint64_t>(ProcessRole::admin);
    });
    return status;
}

GcReport StoreKeys::drain(GcOptions options) {
    follow();
    options.drain_before_epoch = parts_.keyring.get()->data_epoch();
    return parts_.collect(options);
}

void StoreKeys::follow() {
    try {
        if (parts_.keyring.refresh())
            begin_epoch();
        else
            publish();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::wrong_key)
            throw;
        parts_.processes.own_region().master_key.store(0);
    }
    const bool opens = parts_.processes.own_region().master_key.load() != 0;
    if (!opens && !has_warned_.exchange(true))
        parts_.log.error("keys",
                         "the master key in the settings does not open this store any more: this "
                         "program goes on and cannot start again. Set auth.encryption_key_file to "
                         "a key that does; `alexander-admin key list` needs one too");
    else if (opens)
        has_warned_.store(false);
}

}  // namespace alexander
