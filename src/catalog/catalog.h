// The store's database: connections, transactions, ids. The tables are in the headers beside this.
// SQLite rules and their reasons: docs/design/catalog.md.
#pragma once

#include "catalog/types.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace alexander::sql {
class Connection;
}

namespace alexander::catalog {

struct CatalogOptions {
    std::string path;     // of the database file
    std::string vfs;      // SQLite VFS, empty for the system's
    ProcessId process{};  // actor of this process's changes
};

/// A read transaction: everything read through it is of one moment. Keep it short, one thread.
class Snapshot {
public:
    virtual ~Snapshot();

    /// The last commit that this snapshot sees.
    [[nodiscard]] CommitSeq commit_seq() const noexcept { return commit_seq_; }

    [[nodiscard]] sql::Connection& connection() noexcept { return connection_; }

    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

protected:
    Snapshot(sql::Connection& connection, CommitSeq commit_seq)
        : connection_(connection), commit_seq_(commit_seq) {}

    sql::Connection& connection_;
    CommitSeq commit_seq_;
};

/// The write transaction of stage B. commit_seq() is the number this transaction will have.
/// Rolled back unless committed. The caller holds the catalog lock from begin to end.
class Transaction : public Snapshot {
public:
    /// The next id of a kind, from a range that this process has reserved durably or reserves here.
    /// An id handed out by a transaction that rolls back is lost, never reused.
    [[nodiscard]] virtual std::int64_t next_id(IdKind kind) = 0;

    [[nodiscard]] virtual std::int64_t gc_generation() const = 0;

    /// Appends to change_log under this transaction's commit_seq with this process as the actor.
    virtual void log_change(const Change& change) = 0;

    /// The process that writes: the actor of its changes, the owner of its holds.
    [[nodiscard]] virtual const ProcessId& process() const = 0;

    /// Rows written so far; equal values mean that nothing was written in between.
    [[nodiscard]] virtual std::int64_t rows_written() = 0;

    /// Visible to every later snapshot of every process; durable only after Catalog::sync_log.
    virtual void commit() = 0;

protected:
    using Snapshot::Snapshot;
};

/// Any thread may call any method at any time, except where said otherwise.
class Catalog {
public:
    /// Creates the database and applies all migrations. Caller holds the catalog lock.
    static void create(const CatalogOptions& options, const std::array<std::byte, 16>& store_uuid);

    /// Opens it. Throws newer_format for a schema of a newer program, not_a_store without one,
    /// corrupt if SQLite says so. Caller holds the catalog lock during the call.
    [[nodiscard]] static std::unique_ptr<Catalog> open(const CatalogOptions& options);

    /// Makes a copy (copy_to) of this store's database fit to be opened in its place: every counter
    /// goes up by 2^40, so that nothing that was given out since is given out again, and what only
    /// living processes need is dropped. Synced. Throws corrupt if it is no whole catalog, or
    /// another store's; newer_format. Nobody else may have it open.
    static void adopt(const CatalogOptions& options, const std::array<std::byte, 16>& store_uuid);

    virtual ~Catalog() = default;

    /// True if migrations of this program are not applied yet (caller then needs every other
    /// process to be gone, and calls migrate under the catalog lock).
    [[nodiscard]] virtual bool needs_migration() = 0;
    virtual void migrate() = 0;

    /// A read transaction on a pooled connection; returned to the pool when destroyed.
    [[nodiscard]] virtual std::unique_ptr<Snapshot> read() = 0;

    /// BEGIN IMMEDIATE on the one writing connection. Caller holds the catalog lock, so BUSY is a
    /// fault. Checks schema_version: throws newer_format if somebody migrated.
    [[nodiscard]] virtual std::unique_ptr<Transaction> write() = 0;

    /// Makes every commit so far durable (WAL sync). Throws device_error if the sync failed: then
    /// nothing may be acknowledged until repair_log has succeeded. Needs no catalog lock.
    virtual void sync_log() = 0;

    /// After a failed or interrupted sync, and at the first open: verifies every frame of the WAL
    /// and checkpoints it entirely into the database (TRUNCATE). Caller holds the catalog lock and
    /// the sync lock. Throws corrupt or device_error: the store is then read-only.
    virtual void repair_log() = 0;

    /// Writes the whole database, as of one moment, to a new file beside the database's own (same
    /// VFS) and returns the last commit that it holds. Equal pages are at equal places in every
    /// copy. Not durable: the caller reads the file and removes it. Throws no_space, device_error.
    [[nodiscard]] virtual CommitSeq copy_to(const std::string& path) = 0;

    /// Bytes in the WAL. Checkpoints when it is large: PASSIVE from 16 MB, TRUNCATE from 64 MB with
    /// a busy timeout that grows from 100 ms to 2 s. Caller holds the catalog lock.
    virtual void checkpoint_if_large() = 0;

    /// How many checkpoints this process has run, those that readers stopped included.
    [[nodiscard]] virtual std::uint64_t checkpoints() const = 0;

    /// Full checkpoint at a clean end; best effort. Caller holds the catalog lock.
    virtual void checkpoint_all() = 0;

    /// Reserves `count` ids of a kind in the given transaction; usable once it is committed.
    [[nodiscard]] virtual std::int64_t reserve_ids(Transaction& transaction,
                                                   IdKind kind,
                                                   std::int64_t count) = 0;

    /// Writes `PRAGMA integrity_check` problems, empty if none.
    [[nodiscard]] virtual std::vector<std::string> check_integrity() = 0;
};

}  // namespace alexander::catalog
