// Packs of contents.h.
#include "catalog/contents.h"
#include "catalog/rows.h"

namespace alexander::catalog {
namespace {

constexpr auto select_pack = sql::text(
    "SELECT id, uuid, store_id, state, process, durable_length, size, created_s,"
    " oldest_epoch FROM pack");
constexpr auto pack_by_uuid = select_pack + sql::text(" WHERE uuid = $1");
constexpr auto active_packs = select_pack + sql::text(" WHERE state = 0 ORDER BY id");

Pack decode_pack(sql::Row row) {
    Pack pack;
    row.read(pack.id,
             pack.uuid,
             pack.store_id,
             pack.state,
             pack.process,
             pack.durable_length,
             pack.size,
             pack.created_seconds,
             pack.oldest_epoch);
    return pack;
}

void write_pack(Transaction& transaction, sql::SqlText sql, const Pack& pack) {
    sql::execute(transaction.connection(),
                 sql,
                 pack.id,
                 pack.uuid,
                 pack.store_id,
                 pack.state,
                 pack.process,
                 pack.durable_length,
                 pack.size,
                 pack.created_seconds,
                 pack.oldest_epoch);
}

}  // namespace

void insert_pack(Transaction& transaction, const Pack& pack) {
    write_pack(transaction,
               "INSERT INTO pack (id, uuid, store_id, state, process, durable_length, size,"
               " live_bytes, scrubbed_s, created_s, oldest_epoch)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9)",
               pack);
}

void update_pack(Transaction& transaction, const Pack& pack) {
    write_pack(transaction,
               "UPDATE pack SET uuid = $2, store_id = $3, state = $4, process = $5,"
               " durable_length = $6, size = $7, created_s = $8, oldest_epoch = $9 WHERE id = $1",
               pack);
}

std::optional<Pack> find_pack(Snapshot& snapshot, const std::array<std::byte, 16>& uuid) {
    return find_row(snapshot.connection(), pack_by_uuid, decode_pack, uuid);
}

std::vector<Pack> list_active_packs(Snapshot& snapshot) {
    return list_rows(snapshot.connection(), active_packs, decode_pack);
}

std::int64_t get_pack_bytes(Snapshot& snapshot) {
    // A pack that is not sealed is as long as it is known to be durable.
    sql::Query query(snapshot.connection(),
                     "SELECT coalesce(sum(CASE WHEN size > 0 THEN size ELSE durable_length END), 0)"
                     " FROM pack");
    std::int64_t bytes = 0;
    if (query.next()) {
        query.row().read(bytes);
    }
    return bytes;
}

}  // namespace alexander::catalog
