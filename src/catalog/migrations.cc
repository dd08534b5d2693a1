#include "catalog/migrations.h"

#include "base/error.h"
#include "catalog/sql/query.h"

namespace alexander::catalog {
namespace {

/// Rolls back unless committed.
class ScriptTransaction {
public:
    explicit ScriptTransaction(sql::Connection& connection) : connection_(connection) {
        sql::execute(connection_, "BEGIN IMMEDIATE");
    }

    ~ScriptTransaction() {
        if (connection_.is_in_transaction()) {
            try {
                sql::execute(connection_, "ROLLBACK");
            } catch (const Error&) {
                // The connection is given up by whoever sees the first error.
            }
        }
    }

    ScriptTransaction(const ScriptTransaction&) = delete;
    ScriptTransaction& operator=(const ScriptTransaction&) = delete;

    void commit() { sql::execute(connection_, "COMMIT"); }

private:
    sql::Connection& connection_;
};

bool has_store_state(sql::Connection& connection) {
    sql::Query query(connection,
                     "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'store_state'");
    return query.next();
}

}  // namespace

void create_schema(sql::Connection& connection,
                   std::span<const Migration> migrations,
                   const std::array<std::byte, 16>& store_uuid) {
    ScriptTransaction transaction(connection);
    if (has_store_state(connection)) {
        throw Error(ErrorCode::already_exists, "catalog: there is a catalog already");
    }
    for (const Migration& migration : migrations) {
        connection.run_script(migration.sql);
    }
    sql::execute(connection,
                 "INSERT INTO store_state"
                 " (id, schema_version, store_uuid, commit_seq, gc_generation, incarnation)"
                 " VALUES (1, $1, $2, 1, 1, 1)",
                 migrations.back().number,
                 store_uuid);
    transaction.commit();
}

void apply_migrations(sql::Connection& connection, std::span<const Migration> migrations) {
    for (const Migration& migration : migrations) {
        ScriptTransaction transaction(connection);
        const std::int64_t version = get_schema_version(connection);
        if (version > migrations.back().number) {
            throw Error(ErrorCode::newer_format,
                        "catalog: its schema " + std::to_string(version) +
                            " is newer than this program's " +
                            std::to_string(migrations.back().number));
        }
        if (version >= migration.number) {
            continue;
        }
        connection.run_script(migration.sql);
        sql::execute(connection,
                     "UPDATE store_state SET schema_version = $1, commit_seq = commit_seq + 1",
                     migration.number);
        transaction.commit();
    }
}

std::int64_t get_schema_version(sql::Connection& connection) {
    if (!has_store_state(connection)) {
        throw Error(ErrorCode::not_a_store, "catalog: the database is not a catalog");
    }
    sql::Query query(connection, "SELECT schema_version FROM store_state");
    if (!query.next()) {
        throw Error(ErrorCode::corrupt, "catalog: store_state has no row");
    }
    return query.integer(0);
}

}  // namespace alexander::catalog
