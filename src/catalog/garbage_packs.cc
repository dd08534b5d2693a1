// Packs of garbage.h: what lies in them, and its moving.
#include "catalog/garbage.h"
#include "catalog/rows.h"

#include <unordered_map>

namespace alexander::catalog {

std::vector<PackedChunk> list_packed_chunks(Snapshot& snapshot,
                                            const std::function<bool(PackNumber)>& wanted) {
    sql::Query query(snapshot.connection(),
                     "SELECT pack, id, offset_bytes, length_bytes FROM chunk WHERE pack <> 0");
    std::vector<PackedChunk> found;
    while (query.next()) {
        if (wanted(query.integer(0))) {
            PackedChunk& chunk = found.emplace_back();
            query.row().read(chunk.pack, chunk.chunk, chunk.offset_bytes, chunk.length_bytes);
        }
    }
    return found;
}

std::vector<Pack> list_packs(Snapshot& snapshot) {
    const auto decode = [](sql::Row row) {
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
    };
    return list_rows(
        snapshot.connection(),
        "SELECT id, uuid, store_id, state, process, durable_length, size, created_s, oldest_epoch"
        " FROM pack ORDER BY id",
        decode);
}

std::vector<PackUse> list_pack_uses(Snapshot& snapshot) {
    std::vector<PackUse> uses;
    for (const Pack& pack : list_packs(snapshot)) {
        if (pack.state != PackState::active) {
            uses.push_back({pack});
        }
    }
    std::unordered_map<PackNumber, PackUse*> by_number;
    for (PackUse& use : uses) {
        by_number.emplace(use.pack.id, &use);
    }
    // One pass over the chunks without sorting them, which GROUP BY would do.
    sql::Query query(snapshot.connection(), "SELECT pack, length_bytes FROM chunk");
    while (query.next()) {
        const auto found = by_number.find(query.integer(0));
        if (found != by_number.end()) {
            found->second->record_bytes += query.integer(1);
            found->second->chunks += 1;
        }
    }
    return uses;
}

bool move_chunk(Transaction& transaction,
                const PackedChunk& from,
                PackNumber pack,
                std::uint64_t offset_bytes) {
    const std::int64_t moved = sql::execute(transaction.connection(),
                                            "UPDATE chunk SET pack = $4, offset_bytes = $5"
                                            " WHERE id = $1 AND pack = $2 AND offset_bytes = $3",
                                            from.chunk,
                                            from.pack,
                                            from.offset_bytes,
                                            pack,
                                            offset_bytes);
    return moved == 1;
}

void set_pack_state(Transaction& transaction, PackNumber pack, PackState state) {
    sql::execute(transaction.connection(), "UPDATE pack SET state = $2 WHERE id = $1", pack, state);
}

void delete_pack(Transaction& transaction, PackNumber pack) {
    sql::execute(transaction.connection(), "DELETE FROM pack WHERE id = $1", pack);
}

}  // namespace alexander::catalog
