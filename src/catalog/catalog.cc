#include "catalog/catalog.h"

#include "base/error.h"
#include "catalog/migrations.h"
#include "catalog/sql/sqlite_connection.h"
#include "catalog/sqlite_catalog.h"

namespace alexander::catalog {

Snapshot::~Snapshot() = default;

void Catalog::create(const CatalogOptions& options, const std::array<std::byte, 16>& store_uuid) {
    sql::SqliteConnection connection(options.path, options.vfs, sql::Role::creator);
    create_schema(connection, known_migrations(), store_uuid);
    using Mode = sql::SqliteConnection::Checkpoint;
    // Leaves a synced database, and with the log's first sync its folder entry.
    if (connection.checkpoint(Mode::truncate, std::chrono::seconds(10)) !=
        sql::SqliteConnection::CheckpointOutcome::complete) {
        throw Error(ErrorCode::busy, "catalog: somebody uses the new database already");
    }
}

std::unique_ptr<Catalog> Catalog::open(const CatalogOptions& options) {
    return std::make_unique<SqliteCatalog>(options);
}

}  // namespace alexander::catalog
