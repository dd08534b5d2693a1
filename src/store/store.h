// The store: what s3d, fuse and admin open and call.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"
#include "base/random_source.h"
#include "catalog/contents.h"
#include "crypto/keyring.h"
#include "store/buckets.h"
#include "store/current_keyring.h"
#include "store/engine.h"
#include "store/gc/options.h"
#include "store/objects.h"
#include "store/process_role.h"
#include "store/uploads.h"
#include "store/users.h"

#include <memory>
#include <string>
#include <vector>

namespace alexander {

class Logger;
class MetricsText;
class StoreKeys;

struct StoreOptions {
    std::string database_path;  // absolute; empty: meta/alexander.db in the store folder
    std::string database_vfs;   // SQLite VFS, empty for the system's
    std::size_t chunk_cache_bytes = 32U << 20U;
    Compression compression = Compression::zstd;
    std::uint64_t seal_size_bytes = 256U << 20U;
    std::uint64_t reserve_size_bytes = 32U << 20U;  // kept aside for deletes on a full disk
    MasterKeySource master_source = {};  // asks for the master key again; empty: it stays the same
};

/// The host's services, injected.
struct Host {
    FileSystem& files;  // rooted at the store folder
    Clock& clock;
    RandomSource& random;
    Logger& log;
};

/// An open store. Any thread may call any method at any time; the services live as long as it does.
class Store {
public:
    /// Makes a store in an empty folder. Durable on return; all or nothing.
    /// Throws not_a_store if the folder holds anything else, already_exists if it is a store.
    static void create(const Host& host, const StoreOptions& options, const MasterKey& master);

    /// Opens it, recovers what dead processes left, registers this process and starts its
    /// committer. Throws not_a_store, newer_format, wrong_key, corrupt, read_only, busy (a
    /// migration that needs other processes to stop).
    [[nodiscard]] static std::unique_ptr<Store> open(const Host& host,
                                                     const StoreOptions& options,
                                                     const MasterKey& master,
                                                     ProcessRole role);

    virtual ~Store() = default;

    [[nodiscard]] virtual Buckets& buckets() = 0;
    [[nodiscard]] virtual Objects& objects() = 0;
    [[nodiscard]] virtual Uploads& uploads() = 0;
    [[nodiscard]] virtual Users& users() = 0;

    /// Master keys and data epochs.
    [[nodiscard]] virtual StoreKeys& keys() = 0;

    /// For store/files (the mount) and maintenance.
    [[nodiscard]] virtual const Engine& engine() = 0;

    struct Status {
        catalog::StoreTotals totals;
        std::uint64_t disk_bytes = 0;  // what the packs take on disk
        std::uint64_t catalog_bytes = 0;
        std::uint64_t free_bytes = 0;
        std::string store_uuid;
        std::int64_t live_processes = 0;
    };

    [[nodiscard]] virtual Status status() = 0;

    /// Adds what the store counts and measures. Sums over the whole catalog may be seconds old, and
    /// older where they take long.
    virtual void write_metrics(MetricsText& text) = 0;

    /// Why no change can be made now, in single words: read_only, disk_full (deletes still work),
    /// catalog (no commit within five seconds). Nothing in health. Throws what a commit throws.
    [[nodiscard]] virtual std::vector<std::string> faults() = 0;

    /// Copies inline records older than a minute into packs, reclaims what dead processes left,
    /// trims the change log. Run every few seconds by the daemons.
    virtual void maintain() = 0;

    /// Deletes what nothing refers to any more and gives its space back. Safe beside every process
    /// that has the store open. Throws busy if a collection runs already; corrupt, before anything
    /// was deleted, if the catalog refers to what is not there.
    virtual GcReport collect_garbage(const GcOptions& options) = 0;

    /// True if this is the daemon that does chores for all: one at a time, another after its end.
    [[nodiscard]] virtual bool is_elected() = 0;

    /// Finishes queued work and seals this process's packs. The destructor does it too, quietly.
    virtual void close() = 0;
};

}  // namespace alexander
