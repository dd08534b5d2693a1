#include "catalog/restore.h"

#include "base/error.h"
#include "catalog/migrations.h"
#include "catalog/rows.h"
#include "catalog/sqlite_catalog.h"
#include "catalog/sqlite_transaction.h"

namespace alexander::catalog {
namespace {

struct Found {
    ChunkNumber number = 0;
    PackNumber pack = 0;
};

std::optional<Found> find_by_identity(sql::Connection& connection, const ChunkIdentity& identity) {
    const auto decode = [](sql::Row row) {
        Found found;
        row.read(found.number, found.pack);
        return found;
    };
    return find_row(connection,
                    "SELECT chunk.id, chunk.pack FROM chunk_identity JOIN chunk"
                    " ON chunk.id = chunk_identity.chunk WHERE chunk_identity.identity = $1",
                    decode,
                    identity);
}

void check_is_of(sql::Connection& connection, const std::array<std::byte, 16>& store_uuid) {
    std::array<std::byte, 16> found{};
    sql::Query query(connection, "SELECT store_uuid FROM store_state");
    if (query.next()) {
        query.row().read(found);
    }
    if (found != store_uuid) {
        throw Error(ErrorCode::corrupt, "catalog: the copy is another store's");
    }
}

}  // namespace

// The log of changes stays: who reads on from a number below finds what it expects there.
void Catalog::adopt(const CatalogOptions& options, const std::array<std::byte, 16>& store_uuid) {
    sql::SqliteConnection connection(options.path, options.vfs, sql::Role::writer);
    std::ignore = read_store_state(connection);
    check_is_of(connection, store_uuid);
    connection.run_script(
        "BEGIN IMMEDIATE;"
        "UPDATE counter SET next_id = next_id + (1 << 40);"
        "UPDATE store_state SET commit_seq = commit_seq + (1 << 40),"
        " gc_generation = gc_generation + (1 << 40), incarnation = incarnation + 1;"
        "DELETE FROM hold; DELETE FROM pending_page; DELETE FROM collection;"
        "DELETE FROM used_again;"
        "COMMIT");
    if (connection.checkpoint(sql::SqliteConnection::Checkpoint::truncate,
                              std::chrono::milliseconds(0)) !=
        sql::SqliteConnection::CheckpointOutcome::complete) {
        throw Error(ErrorCode::busy, "catalog: somebody else has the restored copy open");
    }
}

Restored restore_chunk(Transaction& transaction,
                       const NewChunk& chunk,
                       const std::function<bool(PackNumber)>& is_lost) {
    sql::Connection& connection = transaction.connection();
    const std::optional<Found> found = find_by_identity(connection, chunk.identity);
    if (!found) {
        std::ignore = insert_chunks(transaction, {&chunk, 1});
        return Restored::added;
    }
    if (found->pack == 0 || !is_lost(found->pack)) {
        return Restored::known;
    }
    sql::execute(connection,
                 "UPDATE chunk SET pack = $2, offset_bytes = $3, length_bytes = $4 WHERE id = $1",
                 found->number,
                 chunk.pack,
                 chunk.offset_bytes,
                 chunk.length_bytes);
    return Restored::moved;
}

void forget_chunks(Transaction& transaction, std::span<const DoomedChunk> chunks) {
    sql::Connection& connection = transaction.connection();
    for (const DoomedChunk& chunk : chunks) {
        sql::execute(connection, "DELETE FROM chunk_identity WHERE identity = $1", chunk.identity);
        sql::execute(connection, "DELETE FROM chunk WHERE id = $1", chunk.chunk);
    }
}

}  // namespace alexander::catalog
