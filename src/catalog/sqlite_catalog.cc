#include "catalog/sqlite_catalog.h"

#include "base/error.h"
#include "catalog/migrations.h"
#include "catalog/sql/query.h"
#include "catalog/sql/sqlite_error.h"
#include "catalog/sql/write_ahead_log.h"
#include "catalog/sqlite_transaction.h"

#include <sqlite3.h>

#include <utility>

namespace alexander::catalog {
namespace {

using sql::Role;
using sql::SqliteConnection;

// More threads may read at once; their connections are closed again. Opening one parses the schema:
// with 8, a tenth of the time of small uploads went there. Each keeps at most 2 MiB of pages.
constexpr std::size_t idle_readers_kept = 32;

// How long a repair waits for readers of all processes; theirs are short.
constexpr std::chrono::milliseconds repair_patience{10'000};
constexpr std::chrono::milliseconds closing_patience{2'000};

std::unique_ptr<SqliteConnection> open_connection(const CatalogOptions& options, Role role) {
    return std::make_unique<SqliteConnection>(options.path, options.vfs, role);
}

}  // namespace

/// Gives its connection back to the pool unless it is broken.
class SqliteCatalog::PooledSnapshot final : public Snapshot {
public:
    PooledSnapshot(Guarded<Connections>& pool,
                   std::unique_ptr<SqliteConnection> connection,
                   CommitSeq commit_seq)
        : Snapshot(*connection, commit_seq), pool_(pool), owned_(std::move(connection)) {}

    ~PooledSnapshot() override {
        try {
            sql::execute(*owned_, "ROLLBACK");
        } catch (const Error&) {
            return;  // the connection is closed instead
        }
        auto pool = pool_.lock();
        if (pool->size() < idle_readers_kept) {
            pool->push_back(std::move(owned_));
        }
    }

    PooledSnapshot(const PooledSnapshot&) = delete;
    PooledSnapshot& operator=(const PooledSnapshot&) = delete;

private:
    Guarded<Connections>& pool_;
    std::unique_ptr<SqliteConnection> owned_;
};

SqliteCatalog::SqliteCatalog(CatalogOptions options)
    : options_(std::move(options)),
      writer_(open_connection(options_, Role::writer), IdRanges{}, LogKeeper{}),
      syncer_(open_connection(options_, Role::reader)) {
    const std::int64_t version = get_schema_version(*writer_.lock()->connection);
    if (version > known_migrations().back().number) {
        throw Error(ErrorCode::newer_format,
                    "catalog: schema " + std::to_string(version) +
                        " was made by a newer version of this program");
    }
    // Its first read opens its handle of the log, which stays open.
    std::ignore = get_schema_version(**syncer_.lock());
}

bool SqliteCatalog::needs_migration() {
    auto writer = writer_.lock();
    return get_schema_version(*writer->connection) < known_migrations().back().number ||
           writer->connection->pages() == sql::Pages::plain;
}

void SqliteCatalog::migrate() {
    auto writer = writer_.lock();
    apply_migrations(*writer->connection, known_migrations());
    if (writer->connection->pages() == sql::Pages::plain) {
        writer->connection->seal_pages();
        // Only the file's own header tells whoever opens it next.
        if (!writer->log.checkpoint_all(*writer->connection, repair_patience)) {
            throw Error(ErrorCode::busy, "catalog: somebody reads it while it is being migrated");
        }
    }
}

std::unique_ptr<SqliteConnection> SqliteCatalog::take_reader() {
    {
        auto pool = idle_readers_.lock();
        if (!pool->empty()) {
            auto connection = std::move(pool->back());
            pool->pop_back();
            return connection;
        }
    }
    return open_connection(options_, Role::reader);
}

std::unique_ptr<Snapshot> SqliteCatalog::read() {
    auto connection = take_reader();
    sql::execute(*connection, "BEGIN");
    const StoreState state = read_store_state(*connection);  // the moment of this snapshot
    return std::make_unique<PooledSnapshot>(idle_readers_, std::move(connection), state.commit_seq);
}

std::unique_ptr<Transaction> SqliteCatalog::write() {
    return SqliteTransaction::begin(writer_.lock(), options_.process);
}

std::int64_t SqliteCatalog::reserve_ids(Transaction& transaction, IdKind kind, std::int64_t count) {
    return static_cast<SqliteTransaction&>(transaction).reserve(kind, count);
}

void SqliteCatalog::sync_log() {
    auto connection = syncer_.lock();
    sqlite3_file& log = (*connection)->log_file();
    const int code = log.pMethods->xSync(&log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    if (code != SQLITE_OK) {
        int os_errno = 0;
        log.pMethods->xFileControl(&log, SQLITE_FCNTL_LAST_ERRNO, &os_errno);
        sql::throw_sqlite_error(code, "syncing the write-ahead log", os_errno);
    }
}

void SqliteCatalog::repair_log() {
    auto writer = writer_.lock();
    std::ignore = get_schema_version(*writer->connection);  // recovers the index if need be
    sql::check_log(*writer->connection);
    if (!writer->log.checkpoint_all(*writer->connection, repair_patience)) {
        throw Error(ErrorCode::busy, "catalog: readers kept the write-ahead log from its repair");
    }
}

CommitSeq SqliteCatalog::copy_to(const std::string& path) {
    auto connection = open_connection(options_, Role::reader);
    sql::execute(*connection, "BEGIN");
    const StoreState state = read_store_state(*connection);  // the moment of the copy
    connection->copy_to(path, options_.vfs);
    sql::execute(*connection, "ROLLBACK");
    return state.commit_seq;
}

void SqliteCatalog::checkpoint_if_large() {
    auto writer = writer_.lock();
    if (writer->log.checkpoint_if_large(*writer->connection))
        checkpoints_.add();
}

void SqliteCatalog::checkpoint_all() {
    auto writer = writer_.lock();
    std::ignore = writer->log.checkpoint_all(*writer->connection, closing_patience);
    checkpoints_.add();
}

std::vector<std::string> SqliteCatalog::check_integrity() {
    const auto snapshot = read();
    std::vector<std::string> problems;
    sql::Query query(snapshot->connection(), "PRAGMA integrity_check");
    while (query.next()) {
        problems.emplace_back(as_text(query.blob(0)));
    }
    if (problems.size() == 1 && problems.front() == "ok") {
        problems.clear();
    }
    return problems;
}

}  // namespace alexander::catalog
