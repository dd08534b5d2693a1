// The catalog in SQLite. Rules and reasons: docs/design/catalog.md.
#pragma once

#include "base/guarded.h"
#include "base/metrics/meters.h"
#include "catalog/catalog.h"
#include "catalog/id_ranges.h"
#include "catalog/log_keeper.h"
#include "catalog/sql/sqlite_connection.h"

#include <memory>
#include <vector>

namespace alexander::catalog {

class SqliteCatalog final : public Catalog {
public:
    explicit SqliteCatalog(CatalogOptions options);

    [[nodiscard]] bool needs_migration() override;
    void migrate() override;
    [[nodiscard]] std::unique_ptr<Snapshot> read() override;
    [[nodiscard]] std::unique_ptr<Transaction> write() override;
    void sync_log() override;
    void repair_log() override;
    [[nodiscard]] CommitSeq copy_to(const std::string& path) override;
    void checkpoint_if_large() override;
    void checkpoint_all() override;

    [[nodiscard]] std::uint64_t checkpoints() const override { return checkpoints_.value(); }

    [[nodiscard]] std::int64_t reserve_ids(Transaction& transaction,
                                           IdKind kind,
                                           std::int64_t count) override;
    [[nodiscard]] std::vector<std::string> check_integrity() override;

    /// The one connection that writes, and what is known of it; held by a transaction.
    struct Writer {
        std::unique_ptr<sql::SqliteConnection> connection;
        IdRanges ids;
        LogKeeper log;
    };

    using WriterAccess = Guarded<Writer>::Access;

private:
    class PooledSnapshot;
    using Connections = std::vector<std::unique_ptr<sql::SqliteConnection>>;

    [[nodiscard]] std::unique_ptr<sql::SqliteConnection> take_reader();

    const CatalogOptions options_;
    Counter checkpoints_;
    Guarded<Writer> writer_;
    Guarded<Connections> idle_readers_;
    // Its own, so that a sync waits for no transaction.
    Guarded<std::unique_ptr<sql::SqliteConnection>> syncer_;
};

}  // namespace alexander::catalog
