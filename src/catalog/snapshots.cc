#include "catalog/snapshots.h"

#include "catalog/rows.h"

namespace alexander::catalog {

std::vector<CatalogSnapshot> list_snapshots(Snapshot& snapshot) {
    const auto decode = [](sql::Row row) {
        CatalogSnapshot found;
        row.read(
            found.seq, found.content, found.created_seconds, found.database_bytes, found.new_bytes);
        return found;
    };
    return list_rows(snapshot.connection(),
                     "SELECT seq, content, created_s, database_bytes, new_bytes"
                     " FROM catalog_snapshot ORDER BY seq DESC",
                     decode);
}

void put_snapshot(Transaction& transaction, const CatalogSnapshot& snapshot) {
    sql::execute(transaction.connection(),
                 "INSERT INTO catalog_snapshot (seq, content, created_s, database_bytes,"
                 " new_bytes, commit_seq) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (seq)"
                 " DO UPDATE SET content = excluded.content, created_s = excluded.created_s,"
                 " database_bytes = excluded.database_bytes, new_bytes = excluded.new_bytes,"
                 " commit_seq = excluded.commit_seq",
                 snapshot.seq,
                 snapshot.content,
                 snapshot.created_seconds,
                 snapshot.database_bytes,
                 snapshot.new_bytes,
                 transaction.commit_seq());
}

void delete_snapshot(Transaction& transaction, CommitSeq seq) {
    sql::execute(transaction.connection(), "DELETE FROM catalog_snapshot WHERE seq = $1", seq);
}

std::optional<std::int64_t> find_first_use_seconds(Snapshot& snapshot) {
    std::optional<std::int64_t> oldest;
    sql::Query query(snapshot.connection(),
                     "SELECT min(created_s) FROM (SELECT created_s FROM pack UNION ALL"
                     " SELECT created_s FROM user)");
    if (query.next()) {
        query.row().read(oldest);
    }
    return oldest;
}

}  // namespace alexander::catalog
