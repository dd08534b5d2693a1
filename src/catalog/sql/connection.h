// What the tables' code needs of a database engine. Statements are written once in the SQL that
// SQLite and PostgreSQL share: $1 parameters, ON CONFLICT, RETURNING, row values; keys are bytes.
#pragma once

#include "base/bytes.h"
#include "catalog/sql/sql_text.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace alexander::sql {

/// A prepared statement of one connection. Parameters count from 1, columns from 0.
///
/// Bound bytes are not copied: they must live until the statement is reset.
/// Column values live until the next step or reset.
class Statement {
public:
    virtual ~Statement() = default;

    virtual void bind_integer(int parameter, std::int64_t value) = 0;
    virtual void bind_text(int parameter, std::string_view value) = 0;
    virtual void bind_blob(int parameter, ByteView value) = 0;
    virtual void bind_null(int parameter) = 0;

    /// True if there is a row.
    [[nodiscard]] virtual bool step() = 0;
    virtual void reset() noexcept = 0;

    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    [[nodiscard]] virtual ByteView blob(int column) const = 0;  // of texts too
    [[nodiscard]] virtual bool is_null(int column) const = 0;
};

/// One session with the database; one thread at a time.
/// Methods throw no_space, device_error, corrupt, read_only or busy, naming the statement.
class Connection {
public:
    virtual ~Connection() = default;

    /// The statement of this text, prepared at its first use and kept. It must not be in use.
    [[nodiscard]] virtual Statement& prepare(SqlText sql) = 0;

    /// Runs a text of any number of statements that have no results: schema and transactions.
    virtual void run_script(const std::string& sql) = 0;

    /// Rows that the last INSERT, UPDATE or DELETE wrote.
    [[nodiscard]] virtual std::int64_t rows_changed() const = 0;

    /// Rows that all statements so far wrote, rolled back ones included.
    [[nodiscard]] virtual std::int64_t rows_written() const = 0;

    /// True between BEGIN and COMMIT or ROLLBACK (an error may have rolled back by itself).
    [[nodiscard]] virtual bool is_in_transaction() const = 0;
};

}  // namespace alexander::sql
