#include "catalog/scrub.h"

#include "catalog/rows.h"

namespace alexander::catalog {

std::vector<ScrubbedPack> list_packs_to_scrub(Snapshot& snapshot, std::int64_t before_seconds) {
    const auto decode = [](sql::Row row) {
        ScrubbedPack pack;
        row.read(pack.id, pack.uuid);
        return pack;
    };
    return list_rows(snapshot.connection(),
                     "SELECT id, uuid FROM pack"
                     " WHERE state <> 4 AND scrubbed_s < $1 AND created_s < $1"
                     " ORDER BY scrubbed_s, id",
                     decode,
                     before_seconds);
}

std::vector<PlacedRecord> list_records(Snapshot& snapshot,
                                       const std::function<bool(PackNumber)>& wanted) {
    sql::Query query(snapshot.connection(),
                     "SELECT pack, id, offset_bytes, length_bytes, plain_bytes, state FROM chunk");
    std::vector<PlacedRecord> found;
    while (query.next()) {
        if (wanted(query.integer(0))) {
            PlacedRecord& record = found.emplace_back();
            query.row().read(record.pack,
                             record.chunk,
                             record.offset_bytes,
                             record.length_bytes,
                             record.plain_bytes,
                             record.state);
        }
    }
    return found;
}

std::optional<ChunkNumber> find_chunk(Snapshot& snapshot, const ChunkIdentity& identity) {
    const auto decode = [](sql::Row row) {
        ChunkNumber chunk = 0;
        row.read(chunk);
        return chunk;
    };
    return find_row(snapshot.connection(),
                    "SELECT chunk FROM chunk_identity WHERE identity = $1",
                    decode,
                    identity);
}

bool set_damaged(Transaction& transaction, const PlacedRecord& record) {
    return sql::execute(transaction.connection(),
                        "UPDATE chunk SET state = 2"
                        " WHERE id = $1 AND pack = $2 AND offset_bytes = $3 AND state = 0",
                        record.chunk,
                        record.pack,
                        record.offset_bytes) == 1;
}

bool set_sound(Transaction& transaction, const PlacedRecord& record) {
    return sql::execute(transaction.connection(),
                        "UPDATE chunk SET state = 0, born_seq = $4"
                        " WHERE id = $1 AND pack = $2 AND offset_bytes = $3 AND state = 2",
                        record.chunk,
                        record.pack,
                        record.offset_bytes,
                        transaction.commit_seq()) == 1;
}

void set_scrubbed(Transaction& transaction, PackNumber pack, std::int64_t seconds) {
    sql::execute(
        transaction.connection(), "UPDATE pack SET scrubbed_s = $2 WHERE id = $1", pack, seconds);
}

std::int64_t count_damaged_chunks(Snapshot& snapshot) {
    sql::Query query(snapshot.connection(), "SELECT count(*) FROM chunk WHERE state = 2");
    return query.next() ? query.integer(0) : 0;
}

std::vector<ChunkNumber> list_damaged_chunks(Snapshot& snapshot) {
    const auto decode = [](sql::Row row) {
        ChunkNumber chunk = 0;
        row.read(chunk);
        return chunk;
    };
    return list_rows(
        snapshot.connection(), "SELECT id FROM chunk WHERE state = 2 ORDER BY id", decode);
}

void visit_content_names(Snapshot& snapshot,
                         const std::function<void(const ContentName&)>& visitor) {
    ContentName name;
    {
        sql::Query slots(snapshot.connection(),
                         "SELECT bucket, parent, name, content FROM slot WHERE content <> 0");
        while (slots.next()) {
            slots.row().read(name.bucket, name.parent, name.name, name.content);
            visitor(name);
        }
    }
    name.parent = 0;
    sql::Query versions(
        snapshot.connection(),
        "SELECT bucket, key, seq, is_null, content FROM version WHERE content <> 0");
    while (versions.next()) {
        versions.row().read(name.bucket, name.name, name.seq, name.is_null, name.content);
        visitor(name);
    }
}

}  // namespace alexander::catalog
