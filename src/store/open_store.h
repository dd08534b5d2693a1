// The store behind store/store.h: every part of it, in the order in which they need each other.
#pragma once

#include "store/chunk_store.h"
#include "store/current_keyring.h"
#include "store/group_committer.h"
#include "store/maintenance.h"
#include "store/sessions.h"
#include "store/shared_coherence.h"
#include "store/shared_mount_coherence.h"
#include "store/store.h"
#include "store/store_file.h"
#include "store/store_keys.h"
#include "store/store_meters.h"

#include <atomic>
#include <optional>

namespace alexander {

/// What is needed to take part in a store, before anything of it is read or written.
struct StoreMembership {
    StoreMembership(const Host& host, const StoreOptions& options);

    const Host host;
    const StoreOptions options;
    const StoreFile file;
    StoreLocks locks;
    SharedPage page;
    ProcessTable processes;
    const catalog::ProcessId process;
    std::unique_ptr<catalog::Catalog> catalog;
    std::optional<CurrentKeyring> keyring;
    std::optional<LogSync> log_sync;
};

/// Takes a place in the store, opens its keyring and catalog, and makes the catalog's log whole.
/// Throws as Store::open.
[[nodiscard]] std::unique_ptr<StoreMembership> join_store(const Host& host,
                                                          const StoreOptions& options,
                                                          const MasterKey& master,
                                                          ProcessRole role);

/// Where SQLite finds the database.
[[nodiscard]] std::string database_path(FileSystem& files, const StoreOptions& options);

class OpenStore final : public Store {
public:
    OpenStore(std::unique_ptr<StoreMembership> membership, ProcessRole role);
    ~OpenStore() override;

    [[nodiscard]] Buckets& buckets() override { return buckets_; }

    [[nodiscard]] Objects& objects() override { return objects_; }

    [[nodiscard]] Uploads& uploads() override { return uploads_; }

    [[nodiscard]] Users& users() override { return users_; }

    [[nodiscard]] StoreKeys& keys() override { return keys_; }

    [[nodiscard]] const Engine& engine() override { return engine_; }

    [[nodiscard]] Status status() override;

    void write_metrics(MetricsText& text) override;

    [[nodiscard]] std::vector<std::string> faults() override;

    void maintain() override;

    GcReport collect_garbage(const GcOptions& options) override;

    [[nodiscard]] bool is_elected() override { return membership_->processes.is_elected(); }

    void close() override;

    /// Once after construction.
    void recover() { maintenance_.recover(); }

private:
    struct Totals {
        Status status;
        std::int64_t damaged = 0;
        std::optional<std::chrono::nanoseconds> taken_at;
        std::chrono::nanoseconds lifetime{};
    };

    void finish();
    void count(const GcReport& report, const GcOptions& options);
    [[nodiscard]] std::uint64_t log_bytes() const;
    void keep_newest_snapshot_whole(const GcOptions& options);

    const std::unique_ptr<StoreMembership> membership_;
    ChoreMeters chores_;
    Sessions sessions_;
    PackWriter packs_;
    ChunkStore chunks_;
    GroupCommitter committer_;
    SharedCoherence coherence_;
    SharedMountCoherence mount_coherence_;
    const Engine engine_;
    Buckets buckets_;
    Objects objects_;
    Uploads uploads_;
    Users users_;
    Maintenance maintenance_;
    StoreKeys keys_;
    Guarded<Totals> totals_;
    std::atomic<bool> closed_ = false;
};

}  // namespace alexander
