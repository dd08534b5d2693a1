// Chunks of contents.h: their identity, and where their records lie.
#include "base/error.h"
#include "catalog/contents.h"
#include "catalog/garbage.h"
#include "catalog/rows.h"

#include <tuple>
#include <utility>

namespace alexander::catalog {
namespace {

struct Existing {
    ChunkNumber number = 0;
    RowState state = RowState::live;
};

std::optional<Existing> find_existing(sql::Connection& connection, const ChunkIdentity& identity) {
    const auto decode = [](sql::Row row) {
        Existing existing;
        row.read(existing.number, existing.state);
        return existing;
    };
    return find_row(connection,
                    "SELECT chunk.id, chunk.state FROM chunk_identity JOIN chunk"
                    " ON chunk.id = chunk_identity.chunk WHERE chunk_identity.identity = $1",
                    decode,
                    identity);
}

/// Claims the identity for `number`; false if it has a chunk already.
bool claim(sql::Connection& connection, const ChunkIdentity& identity, ChunkNumber number) {
    return sql::execute(connection,
                        "INSERT INTO chunk_identity (identity, chunk) VALUES ($1, $2)"
                        " ON CONFLICT (identity) DO NOTHING",
                        identity,
                        number) == 1;
}

void insert_inline(sql::Connection& connection, ChunkNumber number, const NewChunk& chunk) {
    if (!chunk.record.empty()) {
        sql::execute(connection,
                     "INSERT INTO inline_record (chunk, record) VALUES ($1, $2)",
                     number,
                     chunk.record);
    }
}

void insert_new(Transaction& transaction, ChunkNumber number, const NewChunk& chunk) {
    sql::execute(transaction.connection(),
                 "INSERT INTO chunk (id, pack, offset_bytes, length_bytes, plain_bytes, state,"
                 " born_seq, condemned_seq) VALUES ($1, $2, $3, $4, $5, 0, $6, 0)",
                 number,
                 chunk.pack,
                 chunk.offset_bytes,
                 chunk.length_bytes,
                 chunk.plain_bytes,
                 transaction.commit_seq());
    insert_inline(transaction.connection(), number, chunk);
}

/// A row that was to go or whose bytes are bad stands for the new bytes. It counts as born now,
/// so that a collection which began earlier leaves it alone.
void repoint(Transaction& transaction, ChunkNumber number, const NewChunk& chunk) {
    sql::Connection& connection = transaction.connection();
    sql::execute(connection,
                 "UPDATE chunk SET pack = $2, offset_bytes = $3, length_bytes = $4,"
                 " plain_bytes = $5, state = 0, born_seq = $6, condemned_seq = 0 WHERE id = $1",
                 number,
                 chunk.pack,
                 chunk.offset_bytes,
                 chunk.length_bytes,
                 chunk.plain_bytes,
                 transaction.commit_seq());
    sql::execute(connection, "DELETE FROM inline_record WHERE chunk = $1", number);
    insert_inline(connection, number, chunk);
}

}  // namespace

std::vector<ChunkNumber> insert_chunks(Transaction& transaction, std::span<const NewChunk> chunks) {
    sql::Connection& connection = transaction.connection();
    std::vector<ChunkNumber> numbers;
    numbers.reserve(chunks.size());
    ChunkNumber spare = 0;  // handed out but not taken: its identity was there
    for (const NewChunk& chunk : chunks) {
        if (spare == 0) {
            spare = transaction.next_id(IdKind::chunk);
        }
        if (claim(connection, chunk.identity, spare)) {
            insert_new(transaction, spare, chunk);
            numbers.push_back(std::exchange(spare, 0));
            continue;
        }
        const auto existing = find_existing(connection, chunk.identity);
        if (!existing) {
            throw Error(ErrorCode::corrupt, "catalog: an identity names a chunk that is missing");
        }
        if (existing->state != RowState::live) {
            repoint(transaction, existing->number, chunk);
        }
        note_use(transaction, Collected::chunk, existing->number);
        numbers.push_back(existing->number);
    }
    return numbers;
}

std::optional<ChunkNumber> use_chunk(Transaction& transaction, const ChunkIdentity& identity) {
    const auto existing = find_existing(transaction.connection(), identity);
    if (!existing || existing->state == RowState::damaged) {
        return std::nullopt;
    }
    std::ignore = use_row(transaction, Collected::chunk, existing->number);
    return existing->number;
}

std::optional<ChunkNumber> find_live_chunk(Snapshot& snapshot, const ChunkIdentity& identity) {
    const auto existing = find_existing(snapshot.connection(), identity);
    if (!existing || existing->state != RowState::live) {
        return std::nullopt;
    }
    return existing->number;
}

std::optional<ChunkLocation> find_location(Snapshot& snapshot, ChunkNumber chunk) {
    const auto decode = [](sql::Row row) {
        ChunkLocation location;
        std::optional<std::array<std::byte, 16>> uuid;
        row.read(location.chunk,
                 location.pack,
                 location.offset_bytes,
                 location.length_bytes,
                 location.plain_bytes,
                 location.state,
                 uuid);
        if (!uuid && location.pack != 0) {
            throw Error(ErrorCode::corrupt,
                        "catalog: chunk " + std::to_string(location.chunk) +
                            " lies in a pack that is missing");
        }
        location.pack_uuid = uuid.value_or(location.pack_uuid);
        return location;
    };
    return find_row(snapshot.connection(),
                    "SELECT chunk.id, chunk.pack, chunk.offset_bytes, chunk.length_bytes,"
                    " chunk.plain_bytes, chunk.state, pack.uuid"
                    " FROM chunk LEFT JOIN pack ON pack.id = chunk.pack WHERE chunk.id = $1",
                    decode,
                    chunk);
}

std::optional<Bytes> find_inline_record(Snapshot& snapshot, ChunkNumber chunk) {
    const auto decode = [](sql::Row row) {
        Bytes record;
        row.read(record);
        return record;
    };
    return find_row(
        snapshot.connection(), "SELECT record FROM inline_record WHERE chunk = $1", decode, chunk);
}

std::vector<InlineRecord> list_inline_records(Snapshot& snapshot, std::size_t limit) {
    const auto decode = [](sql::Row row) {
        InlineRecord record{};
        row.read(record.chunk, record.record);
        return record;
    };
    return list_rows(snapshot.connection(),
                     "SELECT chunk, record FROM inline_record ORDER BY chunk LIMIT $1",
                     decode,
                     limit);
}

void move_inline_record(Transaction& transaction,
                        ChunkNumber chunk,
                        PackNumber pack,
                        std::uint64_t offset_bytes) {
    sql::Connection& connection = transaction.connection();
    // Somebody else may have moved or deleted it since it was listed.
    const std::int64_t moved =
        sql::execute(connection,
                     "UPDATE chunk SET pack = $2, offset_bytes = $3 WHERE id = $1 AND pack = 0",
                     chunk,
                     pack,
                     offset_bytes);
    if (moved == 1) {
        sql::execute(connection, "DELETE FROM inline_record WHERE chunk = $1", chunk);
    }
}

}  // namespace alexander::catalog
