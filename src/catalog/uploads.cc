#include "catalog/uploads.h"

#include "catalog/rows.h"

#include <utility>

namespace alexander::catalog {
namespace {

constexpr auto select_upload = sql::text(
    "SELECT id, bucket, key, state, owner, initiated_s, initiated_ns, version_seq, attributes,"
    " retain_mode, retain_s, legal_hold FROM upload");
constexpr auto upload_by_id = select_upload + sql::text(" WHERE id = $1");
constexpr auto open_uploads = select_upload + sql::text(" WHERE bucket = $1 AND state = 0 AND key");
constexpr auto in_order = sql::text(" ORDER BY key, initiated_s, initiated_ns, id LIMIT ");
constexpr auto uploads_after_time =
    open_uploads + sql::text(" = $2 AND (initiated_s, initiated_ns, id) > ($3, $4, $5)") +
    in_order + sql::text("$6");
constexpr auto uploads_after_id =
    open_uploads + sql::text(" = $2 AND id > $3") + in_order + sql::text("$4");
constexpr auto uploads_past_key =
    open_uploads + sql::text(" > $2 AND key >= $3") + in_order + sql::text("$4");

constexpr auto select_part = sql::text(
    "SELECT upload, number, size, content, modified_s, modified_ns, digests FROM part"
    " WHERE upload = $1 AND number");
constexpr auto part_by_number = select_part + sql::text(" = $2");
constexpr auto parts_after = select_part + sql::text(" > $2 ORDER BY number LIMIT $3");

Upload decode_upload(sql::Row row) {
    Upload upload;
    row.read(upload.id,
             upload.bucket,
             upload.key,
             upload.completed,
             upload.owner,
             upload.initiated,
             upload.version_seq,
             upload.sealed_attributes,
             upload.retain_mode,
             upload.retain_seconds,
             upload.legal_hold);
    return upload;
}

Part decode_part(sql::Row row) {
    Part part;
    row.read(part.upload, part.number, part.size, part.content, part.modified, part.sealed_digests);
    return part;
}

void write_upload(Transaction& transaction, sql::SqlText sql, const Upload& upload) {
    sql::execute(transaction.connection(),
                 sql,
                 upload.id,
                 upload.bucket,
                 as_bytes(upload.key),
                 upload.completed,
                 upload.owner,
                 upload.initiated,
                 upload.version_seq,
                 transaction.commit_seq(),
                 upload.sealed_attributes,
                 upload.retain_mode,
                 upload.retain_seconds,
                 upload.legal_hold);
}

/// Those of one key behind the upload `after`. If it is gone meanwhile, its time is not known:
/// then those with greater ids, as S3 allows.
std::vector<Upload> list_uploads_of_key(Snapshot& snapshot,
                                        BucketId bucket,
                                        std::string_view key,
                                        const UploadKey& after,
                                        std::size_t limit) {
    sql::Connection& connection = snapshot.connection();
    const auto marker = find_upload(snapshot, after);
    if (!marker || marker->key != key) {
        return list_rows(
            connection, uploads_after_id, decode_upload, bucket, as_bytes(key), after, limit);
    }
    return list_rows(connection,
                     uploads_after_time,
                     decode_upload,
                     bucket,
                     as_bytes(key),
                     marker->initiated,
                     after,
                     limit);
}

}  // namespace

void insert_upload(Transaction& transaction, const Upload& upload) {
    write_upload(transaction,
                 "INSERT INTO upload (id, bucket, key, state, owner, initiated_s, initiated_ns,"
                 " version_seq, commit_seq, attributes, retain_mode, retain_s, legal_hold)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                 upload);
}

std::optional<Upload> find_upload(Snapshot& snapshot, const UploadKey& id) {
    return find_row(snapshot.connection(), upload_by_id, decode_upload, id);
}

void update_upload(Transaction& transaction, const Upload& upload) {
    write_upload(transaction,
                 "UPDATE upload SET bucket = $2, key = $3, state = $4, owner = $5,"
                 " initiated_s = $6, initiated_ns = $7, version_seq = $8, commit_seq = $9,"
                 " attributes = $10, retain_mode = $11, retain_s = $12, legal_hold = $13"
                 " WHERE id = $1",
                 upload);
}

void delete_upload(Transaction& transaction, const UploadKey& id) {
    delete_parts(transaction, id);
    sql::execute(transaction.connection(), "DELETE FROM upload WHERE id = $1", id);
}

std::vector<Upload> list_uploads(Snapshot& snapshot,
                                 BucketId bucket,
                                 std::string_view prefix,
                                 std::string_view after_key,
                                 std::optional<UploadKey> after_id,
                                 std::size_t limit) {
    std::vector<Upload> uploads;
    if (after_id && after_key.starts_with(prefix)) {
        uploads = list_uploads_of_key(snapshot, bucket, after_key, *after_id, limit);
    }
    sql::Query query(snapshot.connection(),
                     uploads_past_key,
                     bucket,
                     as_bytes(after_key),
                     as_bytes(prefix),
                     limit - uploads.size());
    while (query.next()) {
        Upload upload = decode_upload(query.row());
        if (!upload.key.starts_with(prefix)) {
            break;
        }
        uploads.push_back(std::move(upload));
    }
    return uploads;
}

void delete_uploads(Transaction& transaction, BucketId bucket) {
    sql::execute(transaction.connection(),
                 "DELETE FROM part WHERE upload IN (SELECT id FROM upload WHERE bucket = $1)",
                 bucket);
    sql::execute(transaction.connection(), "DELETE FROM upload WHERE bucket = $1", bucket);
}

void put_part(Transaction& transaction, const Part& part) {
    sql::execute(transaction.connection(),
                 "INSERT INTO part (upload, number, size, content, modified_s, modified_ns,"
                 " commit_seq, digests) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                 " ON CONFLICT (upload, number) DO UPDATE SET size = excluded.size,"
                 " content = excluded.content, modified_s = excluded.modified_s,"
                 " modified_ns = excluded.modified_ns, commit_seq = excluded.commit_seq,"
                 " digests = excluded.digests",
                 part.upload,
                 part.number,
                 part.size,
                 part.content,
                 part.modified,
                 transaction.commit_seq(),
                 part.sealed_digests);
}

std::optional<Part> find_part(Snapshot& snapshot, const UploadKey& upload, std::int32_t number) {
    return find_row(snapshot.connection(), part_by_number, decode_part, upload, number);
}

std::vector<Part> list_parts(Snapshot& snapshot,
                             const UploadKey& upload,
                             std::int32_t after,
                             std::size_t limit) {
    return list_rows(snapshot.connection(), parts_after, decode_part, upload, after, limit);
}

void delete_parts(Transaction& transaction, const UploadKey& upload) {
    sql::execute(transaction.connection(), "DELETE FROM part WHERE upload = $1", upload);
}

}  // namespace alexander::catalog
