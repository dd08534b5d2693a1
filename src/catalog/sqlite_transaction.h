// The write transaction of the SQLite catalog.
#pragma once

#include "catalog/sqlite_catalog.h"

#include <array>
#include <vector>

namespace alexander::catalog {

/// The columns of `store_state` that each transaction reads first.
struct StoreState {
    std::int64_t schema_version = 0;
    CommitSeq commit_seq = 0;
    std::int64_t gc_generation = 0;
};

/// Throws newer_format if another program has migrated the database past this one.
[[nodiscard]] StoreState read_store_state(sql::Connection& connection);

class SqliteTransaction final : public Transaction {
public:
    /// BEGIN IMMEDIATE; throws read_only if migrations are missing.
    [[nodiscard]] static std::unique_ptr<SqliteTransaction> begin(
        SqliteCatalog::WriterAccess writer, const ProcessId& process);

    ~SqliteTransaction() override;

    [[nodiscard]] std::int64_t next_id(IdKind kind) override;
    [[nodiscard]] std::int64_t gc_generation() const override;
    void log_change(const Change& change) override;
    [[nodiscard]] std::int64_t rows_written() override;
    void commit() override;

    [[nodiscard]] std::int64_t reserve(IdKind kind, std::int64_t count);
    [[nodiscard]] const ProcessId& process() const override;

private:
    enum class Phase : std::uint8_t { open, committing, committed };

    SqliteTransaction(SqliteCatalog::WriterAccess writer,
                      sql::Connection& connection,
                      const StoreState& state,
                      const ProcessId& process);

    void write_changes();
    void roll_back();

    SqliteCatalog::WriterAccess writer_;
    const std::int64_t gc_generation_;
    const ProcessId process_;
    std::vector<Change> changes_;  // written at commit, in this order
    Phase phase_ = Phase::open;
};

}  // namespace alexander::catalog
