// The schema's history, embedded from schema/sqlite at build time.
#pragma once

#include "catalog/sql/connection.h"

#include <array>
#include <cstdint>
#include <span>

namespace alexander::catalog {

struct Migration {
    std::int64_t number;  // from 1, without gaps
    const char* sql;
};

/// All migrations that this program knows, in order.
[[nodiscard]] std::span<const Migration> known_migrations();

/// Makes the tables in an empty database, with the row of `store_state`: one transaction.
void create_schema(sql::Connection& connection,
                   std::span<const Migration> migrations,
                   const std::array<std::byte, 16>& store_uuid);

/// Applies those that the database does not have, each in one transaction with its number.
/// Throws newer_format if the database has more than these.
void apply_migrations(sql::Connection& connection, std::span<const Migration> migrations);

/// The newest applied migration. Throws not_a_store if the database is not a catalog.
[[nodiscard]] std::int64_t get_schema_version(sql::Connection& connection);

}  // namespace alexander::catalog
