#include "catalog/contents.h"

#include "catalog/rows.h"

namespace alexander::catalog {

void insert_content(Transaction& transaction, const Content& content) {
    sql::execute(transaction.connection(),
                 "INSERT INTO content (id, size, depth, root, crc64nvme, state, born_seq,"
                 " condemned_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
                 content.id,
                 content.size,
                 content.depth,
                 content.root,
                 content.crc64nvme,
                 content.state,
                 transaction.commit_seq());
}

std::optional<Content> find_content(Snapshot& snapshot, ContentId id) {
    const auto decode = [](sql::Row row) {
        Content content;
        row.read(content.id,
                 content.size,
                 content.depth,
                 content.root,
                 content.crc64nvme,
                 content.state);
        return content;
    };
    return find_row(snapshot.connection(),
                    "SELECT id, size, depth, root, crc64nvme, state FROM content WHERE id = $1",
                    decode,
                    id);
}

void insert_page(Transaction& transaction, PageId id, std::int32_t level, ByteView body) {
    sql::execute(transaction.connection(),
                 "INSERT INTO page (id, level, body, state, born_seq, condemned_seq)"
                 " VALUES ($1, $2, $3, 0, $4, 0)",
                 id,
                 level,
                 body,
                 transaction.commit_seq());
}

std::optional<Page> find_page(Snapshot& snapshot, PageId id) {
    const auto decode = [](sql::Row row) {
        Page page;
        row.read(page.level, page.body);
        return page;
    };
    return find_row(
        snapshot.connection(), "SELECT level, body FROM page WHERE id = $1", decode, id);
}

bool is_live_page(Snapshot& snapshot, PageId id) {
    return has_row(snapshot.connection(), "SELECT 1 FROM page WHERE id = $1 AND state = 0", id);
}

void insert_pending_page(Transaction& transaction,
                         std::int64_t stream,
                         std::int64_t ordinal,
                         PageId page) {
    sql::execute(transaction.connection(),
                 "INSERT INTO pending_page (process, stream, ordinal, page)"
                 " VALUES ($1, $2, $3, $4)",
                 transaction.process(),
                 stream,
                 ordinal,
                 page);
}

void delete_pending_pages(Transaction& transaction, std::int64_t stream) {
    sql::execute(transaction.connection(),
                 "DELETE FROM pending_page WHERE process = $1 AND stream = $2",
                 transaction.process(),
                 stream);
}

StoreTotals get_totals(Snapshot& snapshot) {
    StoreTotals totals;
    sql::Connection& connection = snapshot.connection();
    sql::Query usage(connection,
                     "SELECT coalesce(sum(bytes), 0), coalesce(sum(objects), 0),"
                     " coalesce(sum(versions), 0) FROM usage");
    if (usage.next()) {
        usage.row().read(totals.logical_bytes, totals.objects, totals.versions);
    }
    sql::Query chunks(connection,
                      "SELECT count(*), coalesce(sum(plain_bytes), 0),"
                      " coalesce(sum(length_bytes), 0),"
                      " coalesce(sum(CASE WHEN pack = 0 THEN length_bytes ELSE 0 END), 0)"
                      " FROM chunk");
    if (chunks.next()) {
        chunks.row().read(
            totals.chunks, totals.unique_bytes, totals.record_bytes, totals.inline_bytes);
    }
    sql::Query packs(connection, "SELECT count(*) FROM pack");
    if (packs.next()) {
        packs.row().read(totals.packs);
    }
    return totals;
}

}  // namespace alexander::catalog
