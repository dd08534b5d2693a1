// Who may open the store, and under which epoch its data is sealed: docs/design/keys.md.
#pragma once

#include "store/chunk_store.h"
#include "store/current_keyring.h"
#include "store/gc/options.h"
#include "store/group_committer.h"
#include "store/process_table.h"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace alexander {

class Logger;

/// Master keys and data epochs of an open store. Any thread may call any method at any time.
///
/// Every change is durable on return, in all copies of the keyring, and whatever happens meanwhile
/// the key that this process is set up with opens the store.
class StoreKeys {
public:
    struct Parts {
        Logger& log;
        catalog::Catalog& catalog;
        StoreLocks& locks;
        SharedPage& page;
        ProcessTable& processes;
        CurrentKeyring& keyring;
        ChunkStore& chunks;
        GroupCommitter& committer;
        std::function<GcReport(const GcOptions&)> collect;
    };

    explicit StoreKeys(const Parts& parts);

    struct MasterKeyInfo {
        std::uint32_t number = 0;
        bool is_own = false;                // this process is set up with it
        std::vector<std::string> programs;  // other running ones that are
    };

    [[nodiscard]] std::vector<MasterKeyInfo> list();

    /// Lets the key open the store too; returns its number, the former one if it did already.
    std::uint32_t add(const MasterKey& key);

    /// Throws invalid_argument if it is the key that this process is set up with or there is no
    /// such number, busy if another running program is set up with it: it could not start again.
    void remove(std::uint32_t number);

    /// Seals new data under a new epoch from now on, here at once, in other running programs within
    /// seconds. Returns the epoch.
    std::uint32_t start_epoch();

    struct EpochStatus {
        std::uint32_t current = 0;
        std::int64_t old_packs = 0;         // with records of former epochs
        std::int64_t old_bytes = 0;         // those packs' records
        std::int64_t open_packs = 0;        // of those packs: still being written
        std::vector<std::string> programs;  // running ones that have not begun the epoch yet
    };

    [[nodiscard]] EpochStatus epochs();

    /// Seals anew what is sealed under former epochs: all of it that lies in finished packs.
    /// Safe beside every process; stopped, it goes on the next time. Throws as collect_garbage.
    GcReport drain(GcOptions options);

    /// Takes over what other processes have changed. Run every few seconds by the daemons.
    void follow();

    /// A copy of the keyring as it is now, for a recovery sheet.
    [[nodiscard]] std::shared_ptr<const Keyring> keyring() const { return parts_.keyring.get(); }

private:
    void begin_epoch();
    void publish();
    [[nodiscard]] std::vector<std::string> others(const std::function<bool(SharedRegion&)>& wanted);

    const Parts parts_;
    std::atomic<bool> has_warned_ = false;
};

}  // namespace alexander
