#include "catalog/sqlite_transaction.h"

#include "base/error.h"
#include "catalog/migrations.h"
#include "catalog/sql/query.h"

#include <cassert>
#include <utility>

namespace alexander::catalog {

StoreState read_store_state(sql::Connection& connection) {
    sql::Query query(connection,
                     "SELECT schema_version, commit_seq, gc_generation FROM store_state");
    if (!query.next()) {
        throw Error(ErrorCode::corrupt, "catalog: store_state has no row");
    }
    StoreState state;
    query.row().read(state.schema_version, state.commit_seq, state.gc_generation);
    if (state.schema_version > known_migrations().back().number) {
        throw Error(ErrorCode::newer_format,
                    "catalog: schema " + std::to_string(state.schema_version) +
                        " was made by a newer version of this program");
    }
    return state;
}

std::unique_ptr<SqliteTransaction> SqliteTransaction::begin(SqliteCatalog::WriterAccess writer,
                                                            const ProcessId& process) {
    sql::Connection& connection = *writer->connection;
    sql::execute(connection, "BEGIN IMMEDIATE");
    try {
        const StoreState state = read_store_state(connection);
        if (state.schema_version < known_migrations().back().number) {
            throw Error(ErrorCode::read_only, "catalog: it must be migrated before it is written");
        }
        return std::unique_ptr<SqliteTransaction>(
            new SqliteTransaction(std::move(writer), connection, state, process));
    } catch (const Error&) {
        sql::execute(connection, "ROLLBACK");
        throw;
    }
}

SqliteTransaction::SqliteTransaction(SqliteCatalog::WriterAccess writer,
                                     sql::Connection& connection,
                                     const StoreState& state,
                                     const ProcessId& process)
    : Transaction(connection, state.commit_seq + 1),
      writer_(std::move(writer)),
      gc_generation_(state.gc_generation),
      process_(process) {
    writer_->connection->set_transaction_required(true);
}

SqliteTransaction::~SqliteTransaction() {
    if (phase_ != Phase::committed) {
        try {
            roll_back();
        } catch (const Error&) {
            // SQLite undoes what is left at the next BEGIN or recovery; the ids stay passed over.
        }
    }
}

std::int64_t SqliteTransaction::next_id(IdKind kind) {
    return writer_->ids.next(connection_, kind);
}

std::int64_t SqliteTransaction::reserve(IdKind kind, std::int64_t count) {
    return writer_->ids.reserve(connection_, kind, count);
}

const ProcessId& SqliteTransaction::process() const {
    return process_;
}

std::int64_t SqliteTransaction::gc_generation() const {
    return gc_generation_;
}

void SqliteTransaction::log_change(const Change& change) {
    changes_.push_back(change);
}

std::int64_t SqliteTransaction::rows_written() {
    return connection_.rows_written() + static_cast<std::int64_t>(changes_.size());
}

void SqliteTransaction::write_changes() {
    std::int64_t ordinal = 0;
    sql::execute_many(connection_,
                      "INSERT INTO change_log (commit_seq, ordinal, operation, bucket, parent,"
                      " name, ino, old_ino, version, actor)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                      changes_,
                      [&](sql::Binder& binder, const Change& change) {
                          binder.bind(commit_seq_);
                          binder.bind(ordinal++);
                          binder.bind(change.kind);
                          binder.bind(change.bucket);
                          binder.bind(change.parent);
                          binder.bind(as_bytes(change.name));
                          binder.bind(change.ino);
                          binder.bind(change.old_ino);
                          binder.bind(change.version);
                          binder.bind(process_);
                      });
}

void SqliteTransaction::commit() {
    assert(phase_ == Phase::open);
    write_changes();
    // Also with nothing else to write: the number that callers announce must be taken.
    sql::execute(connection_, "UPDATE store_state SET commit_seq = $1", commit_seq_);
    phase_ = Phase::committing;
    sql::execute(connection_, "COMMIT");
    phase_ = Phase::committed;
    writer_->connection->set_transaction_required(false);
    writer_->ids.committed();
}

void SqliteTransaction::roll_back() {
    writer_->connection->set_transaction_required(false);
    writer_->ids.rolled_back();
    if (connection_.is_in_transaction()) {
        sql::execute(connection_, "ROLLBACK");
    }
    // After a failed COMMIT nothing more is written: its cause may be a failed sync.
    if (phase_ == Phase::open && writer_->ids.has_lost_reservations()) {
        sql::execute(connection_, "BEGIN IMMEDIATE");
        writer_->ids.raise_counters(connection_);
        sql::execute(connection_, "COMMIT");
    }
}

}  // namespace alexander::catalog
