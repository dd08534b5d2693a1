#include "catalog/garbage.h"

#include "base/error.h"
#include "catalog/rows.h"

namespace alexander::catalog {
namespace {

// Statements are told apart by their texts, so each table needs its own.
std::optional<RowState> find_state(sql::Connection& connection, Collected kind, std::int64_t id) {
    const auto decode = [](sql::Row row) {
        RowState state{};
        row.read(state);
        return state;
    };
    switch (kind) {
        case Collected::content:
            return find_row(connection, "SELECT state FROM content WHERE id = $1", decode, id);
        case Collected::page:
            return find_row(connection, "SELECT state FROM page WHERE id = $1", decode, id);
        case Collected::chunk:
            return find_row(connection, "SELECT state FROM chunk WHERE id = $1", decode, id);
    }
    return std::nullopt;
}

constexpr auto revive_tail =
    sql::text(" SET state = 0, born_seq = $2, condemned_seq = 0 WHERE id = $1");
constexpr auto revive_content = sql::text("UPDATE content") + revive_tail;
constexpr auto revive_page = sql::text("UPDATE page") + revive_tail;
constexpr auto revive_chunk = sql::text("UPDATE chunk") + revive_tail;

constexpr auto condemn_tail =
    sql::text(" SET state = 1, condemned_seq = $2 WHERE id = $1 AND state = 0 AND born_seq <= $3");
constexpr auto condemn_content = sql::text("UPDATE content") + condemn_tail;
constexpr auto condemn_page = sql::text("UPDATE page") + condemn_tail;
constexpr auto condemn_chunk = sql::text("UPDATE chunk") + condemn_tail;

constexpr auto delete_tail = sql::text(" WHERE id = $1 AND state = 1 AND condemned_seq <= $2");
constexpr auto delete_content = sql::text("DELETE FROM content") + delete_tail;
constexpr auto delete_page = sql::text("DELETE FROM page") + delete_tail;
constexpr auto delete_chunk = sql::text("DELETE FROM chunk") + delete_tail;

template <typename... Values>
std::int64_t execute_for(sql::Connection& connection,
                         Collected kind,
                         sql::SqlText content,
                         sql::SqlText page,
                         sql::SqlText chunk,
                         const Values&... values) {
    switch (kind) {
        case Collected::content:
            return sql::execute(connection, content, values...);
        case Collected::page:
            return sql::execute(connection, page, values...);
        case Collected::chunk:
            return sql::execute(connection, chunk, values...);
    }
    return 0;
}

void visit_ids(sql::Connection& connection,
               sql::SqlText sql,
               const std::function<void(std::int64_t)>& visitor) {
    sql::Query query(connection, sql);
    while (query.next()) {
        visitor(query.integer(0));
    }
}

}  // namespace

void note_use(Transaction& transaction, Collected kind, std::int64_t id) {
    sql::execute(transaction.connection(),
                 "INSERT INTO used_again (kind, target) SELECT $1, $2 FROM collection WHERE id = 1"
                 " ON CONFLICT (kind, target) DO NOTHING",
                 kind,
                 id);
}

std::optional<RowState> use_row(Transaction& transaction, Collected kind, std::int64_t id) {
    sql::Connection& connection = transaction.connection();
    const std::optional<RowState> state = find_state(connection, kind, id);
    if (!state) {
        return std::nullopt;
    }
    if (*state == RowState::condemned) {
        execute_for(connection,
                    kind,
                    revive_content,
                    revive_page,
                    revive_chunk,
                    id,
                    transaction.commit_seq());
    }
    note_use(transaction, kind, id);
    return state;
}

void begin_collection(Transaction& transaction, const RunId& run) {
    sql::Connection& connection = transaction.connection();
    sql::execute(connection, "DELETE FROM used_again");
    sql::execute(connection,
                 "INSERT INTO collection (id, run, mark_seq) VALUES (1, $1, $2) ON CONFLICT (id)"
                 " DO UPDATE SET run = excluded.run, mark_seq = excluded.mark_seq",
                 run,
                 transaction.commit_seq());
}

bool is_collecting(Snapshot& snapshot, const RunId& run) {
    return has_row(snapshot.connection(), "SELECT 1 FROM collection WHERE run = $1", run);
}

void end_collection(Transaction& transaction) {
    sql::execute(transaction.connection(), "DELETE FROM collection");
    sql::execute(transaction.connection(), "DELETE FROM used_again");
}

std::vector<Use> list_uses(Snapshot& snapshot) {
    const auto decode = [](sql::Row row) {
        Use use{};
        row.read(use.kind, use.id);
        return use;
    };
    return list_rows(snapshot.connection(), "SELECT kind, target FROM used_again", decode);
}

void forget_uses(Transaction& transaction) {
    sql::execute(transaction.connection(), "DELETE FROM used_again");
}

void visit_roots(Snapshot& snapshot,
                 RootClass roots,
                 const std::function<void(std::int64_t)>& visitor) {
    sql::Connection& connection = snapshot.connection();
    switch (roots) {
        case RootClass::slot:
            return visit_ids(connection, "SELECT content FROM slot WHERE content <> 0", visitor);
        case RootClass::inode:
            return visit_ids(connection, "SELECT content FROM inode WHERE content <> 0", visitor);
        case RootClass::version:
            return visit_ids(connection, "SELECT content FROM version WHERE content <> 0", visitor);
        case RootClass::part:
            return visit_ids(connection, "SELECT content FROM part WHERE content <> 0", visitor);
        case RootClass::hold:
            return visit_ids(connection, "SELECT target FROM hold WHERE kind = 1", visitor);
        case RootClass::pending_page:
            return visit_ids(connection, "SELECT page FROM pending_page", visitor);
        case RootClass::snapshot:
            return visit_ids(
                connection, "SELECT content FROM catalog_snapshot WHERE content <> 0", visitor);
    }
}

void visit_rows(Snapshot& snapshot,
                Collected kind,
                const std::function<void(const CollectedRow&)>& visitor) {
    const auto visit = [&](sql::SqlText sql) {
        sql::Query query(snapshot.connection(), sql);
        CollectedRow row;
        while (query.next()) {
            query.row().read(row.id, row.state, row.level, row.root, row.pack, row.length_bytes);
            visitor(row);
        }
    };
    switch (kind) {
        case Collected::content:
            return visit("SELECT id, state, depth, root, 0, 0 FROM content ORDER BY id");
        case Collected::page:
            return visit("SELECT id, state, level, 0, 0, 0 FROM page ORDER BY id");
        case Collected::chunk:
            return visit("SELECT id, state, 0, 0, pack, length_bytes FROM chunk ORDER BY id");
    }
}

std::int64_t condemn_rows(Transaction& transaction,
                          Collected kind,
                          std::span<const std::int64_t> ids,
                          CommitSeq born_by) {
    std::int64_t condemned = 0;
    for (const std::int64_t id : ids) {
        condemned += execute_for(transaction.connection(),
                                 kind,
                                 condemn_content,
                                 condemn_page,
                                 condemn_chunk,
                                 id,
                                 transaction.commit_seq(),
                                 born_by);
    }
    return condemned;
}

void raise_gc_generation(Transaction& transaction) {
    sql::execute(transaction.connection(),
                 "UPDATE store_state SET gc_generation = gc_generation + 1");
}

std::int64_t delete_rows(Transaction& transaction,
                         Collected kind,
                         std::span<const std::int64_t> ids,
                         CommitSeq condemned_by) {
    std::int64_t deleted = 0;
    for (const std::int64_t id : ids) {
        deleted += execute_for(transaction.connection(),
                               kind,
                               delete_content,
                               delete_page,
                               delete_chunk,
                               id,
                               condemned_by);
    }
    return deleted;
}

std::vector<DoomedChunk> find_identities(Snapshot& snapshot,
                                         const std::function<bool(ChunkNumber)>& wanted) {
    sql::Query query(snapshot.connection(), "SELECT chunk, identity FROM chunk_identity");
    std::vector<DoomedChunk> found;
    while (query.next()) {
        if (wanted(query.integer(0))) {
            DoomedChunk& chunk = found.emplace_back();
            query.row().read(chunk.chunk, chunk.identity);
        }
    }
    return found;
}

std::int64_t delete_chunks(Transaction& transaction,
                           std::span<const DoomedChunk> chunks,
                           CommitSeq condemned_by) {
    sql::Connection& connection = transaction.connection();
    std::int64_t deleted = 0;
    for (const DoomedChunk& doomed : chunks) {
        if (sql::execute(connection, delete_chunk, doomed.chunk, condemned_by) == 0) {
            continue;  // used again, or condemned anew
        }
        if (sql::execute(connection,
                         "DELETE FROM chunk_identity WHERE identity = $1 AND chunk = $2",
                         doomed.identity,
                         doomed.chunk) != 1) {
            throw Error(
                ErrorCode::corrupt,
                "catalog: chunk " + std::to_string(doomed.chunk) + " has lost its identity");
        }
        sql::execute(connection, "DELETE FROM inline_record WHERE chunk = $1", doomed.chunk);
        ++deleted;
    }
    return deleted;
}

std::vector<UploadKey> list_completed_uploads(Snapshot& snapshot,
                                              std::int64_t before_seconds,
                                              std::size_t limit) {
    const auto decode = [](sql::Row row) {
        UploadKey key{};
        row.read(key);
        return key;
    };
    return list_rows(snapshot.connection(),
                     "SELECT id FROM upload WHERE state = 1 AND initiated_s < $1 LIMIT $2",
                     decode,
                     before_seconds,
                     limit);
}

}  // namespace alexander::catalog
