// SQLite behind sql::Connection. The rules of docs/design/catalog.md are applied here.
#pragma once

#include "catalog/sql/checksum_vfs.h"
#include "catalog/sql/connection.h"

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_file;

namespace alexander::sql {

/// What a connection is for decides its cache and what it may do.
enum class Role : std::uint8_t { creator, writer, reader };

class SqliteStatement;

class SqliteConnection final : public Connection {
public:
    /// Opens the database at `path` through `vfs` (empty: the system's). Only a creator makes the
    /// file. Throws not_a_store if there is none, else as every method.
    SqliteConnection(const std::string& path, const std::string& vfs, Role role);
    ~SqliteConnection() override;
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    [[nodiscard]] Statement& prepare(SqlText sql) override;
    void run_script(const std::string& sql) override;
    [[nodiscard]] std::int64_t rows_changed() const override;
    [[nodiscard]] std::int64_t rows_written() const override;
    [[nodiscard]] bool is_in_transaction() const override;

    /// While on, prepare throws outside a transaction: after an error that made SQLite roll back by
    /// itself, the statements that still come must not commit one by one.
    void set_transaction_required(bool is_required) { is_transaction_required_ = is_required; }

    enum class Checkpoint : std::uint8_t { passive, truncate };
    enum class CheckpointOutcome : std::uint8_t { complete, blocked };

    /// Copies the write-ahead log into the database and syncs both; `blocked` if readers or
    /// writers kept it from finishing within `wait`. The default wait is back afterwards.
    CheckpointOutcome checkpoint(Checkpoint mode, std::chrono::milliseconds wait);

    /// Writes the database, as this connection's transaction sees it, to a new file at `path`.
    /// Bounded memory. Nothing is synced, and a failure leaves any part of the file.
    void copy_to(const std::string& path, const std::string& vfs);

    /// Whether the database's pages have checksums.
    [[nodiscard]] Pages pages();

    /// Gives them to the pages of a database that has none, by writing all of it into the log.
    /// Needs as much room again, twice. Nobody else has the database open.
    void seal_pages();

    /// The texts that are prepared, for tests of their plans.
    [[nodiscard]] std::vector<std::string> statements() const;

    /// SQLite's handles; the log's is open after the first read. They live as long as this.
    [[nodiscard]] sqlite3_file& database_file();
    [[nodiscard]] sqlite3_file& log_file();

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept;
    };

    void configure(Role role);
    void reserve_checksums();
    void enter_wal();
    [[nodiscard]] sqlite3_file& file(int selector, const char* what);

    bool is_transaction_required_ = false;
    ChecksumVfs vfs_;
    std::unique_ptr<sqlite3, Close> database_;
    std::unordered_map<const char*, std::unique_ptr<SqliteStatement>> statements_;
};

}  // namespace alexander::sql
