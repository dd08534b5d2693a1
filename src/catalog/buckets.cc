#include "catalog/buckets.h"

#include "catalog/rows.h"

#include <utility>

namespace alexander::catalog {
namespace {

constexpr auto select_bucket = sql::text(
    "SELECT id, name, owner, domain, root_ino, versioning, profile, directory_markers, trust_posix,"
    " uid, gid, file_mode, directory_mode, region, created_s, created_ns, object_lock, lock_mode,"
    " lock_days, lock_years, settings_seq, quota_bytes, quota_objects, version_window_s FROM "
    "bucket");
constexpr auto bucket_by_name = select_bucket + sql::text(" WHERE name = $1");
constexpr auto bucket_by_id = select_bucket + sql::text(" WHERE id = $1");
constexpr auto buckets_from =
    select_bucket +
    sql::text(" WHERE name >= $1 AND name > $2 AND ($3 = 0 OR owner = $3) ORDER BY name LIMIT $4");

Bucket decode_bucket(sql::Row row) {
    Bucket bucket;
    row.read(bucket.id,
             bucket.name,
             bucket.owner,
             bucket.domain,
             bucket.root_ino,
             bucket.versioning,
             bucket.profile,
             bucket.directory_markers,
             bucket.trust_posix,
             bucket.uid,
             bucket.gid,
             bucket.file_mode,
             bucket.directory_mode,
             bucket.region,
             bucket.created,
             bucket.object_lock,
             bucket.lock_mode,
             bucket.lock_days,
             bucket.lock_years,
             bucket.settings_seq,
             bucket.quota_bytes,
             bucket.quota_objects,
             bucket.version_window_seconds);
    return bucket;
}

void write_bucket(Transaction& transaction, sql::SqlText sql, const Bucket& bucket) {
    sql::execute(transaction.connection(),
                 sql,
                 bucket.id,
                 bucket.name,
                 bucket.owner,
                 bucket.domain,
                 bucket.root_ino,
                 bucket.versioning,
                 bucket.profile,
                 bucket.directory_markers,
                 bucket.trust_posix,
                 bucket.uid,
                 bucket.gid,
                 bucket.file_mode,
                 bucket.directory_mode,
                 bucket.region,
                 bucket.created,
                 transaction.commit_seq(),
                 bucket.object_lock,
                 bucket.lock_mode,
                 bucket.lock_days,
                 bucket.lock_years,
                 bucket.settings_seq,
                 bucket.quota_bytes,
                 bucket.quota_objects,
                 bucket.version_window_seconds);
}

}  // namespace

void insert_bucket(Transaction& transaction, const Bucket& bucket) {
    write_bucket(
        transaction,
        "INSERT INTO bucket (id, name, owner, domain, root_ino, versioning, profile,"
        " directory_markers, trust_posix, uid, gid, file_mode, directory_mode, region, created_s,"
        " created_ns, commit_seq, object_lock, lock_mode, lock_days, lock_years, settings_seq,"
        " quota_bytes, quota_objects, version_window_s)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
        " $19, $20, $21, $22, $23, $24, $25)",
        bucket);
    sql::execute(transaction.connection(),
                 "INSERT INTO usage (bucket, bytes, objects, versions) VALUES ($1, 0, 0, 0)",
                 bucket.id);
}

std::optional<Bucket> find_bucket(Snapshot& snapshot, std::string_view name) {
    return find_row(snapshot.connection(), bucket_by_name, decode_bucket, name);
}

std::optional<Bucket> find_bucket(Snapshot& snapshot, BucketId id) {
    return find_row(snapshot.connection(), bucket_by_id, decode_bucket, id);
}

std::vector<Bucket> list_buckets(Snapshot& snapshot,
                                 UserId owner,
                                 std::string_view prefix,
                                 std::string_view after,
                                 std::size_t limit) {
    sql::Query query(snapshot.connection(), buckets_from, prefix, after, owner, limit);
    std::vector<Bucket> buckets;
    while (query.next()) {
        Bucket bucket = decode_bucket(query.row());
        if (!bucket.name.starts_with(prefix)) {
            break;
        }
        buckets.push_back(std::move(bucket));
    }
    return buckets;
}

void update_bucket(Transaction& transaction, const Bucket& bucket) {
    write_bucket(
        transaction,
        "UPDATE bucket SET name = $2, owner = $3, domain = $4, root_ino = $5, versioning = $6,"
        " profile = $7, directory_markers = $8, trust_posix = $9, uid = $10, gid = $11,"
        " file_mode = $12, directory_mode = $13, region = $14, created_s = $15, created_ns = $16,"
        " commit_seq = $17, object_lock = $18, lock_mode = $19, lock_days = $20, lock_years = $21,"
        " settings_seq = $22, quota_bytes = $23, quota_objects = $24,"
        " version_window_s = $25 WHERE id = $1",
        bucket);
}

void delete_bucket(Transaction& transaction, BucketId id) {
    sql::execute(transaction.connection(), "DELETE FROM usage WHERE bucket = $1", id);
    sql::execute(transaction.connection(), "DELETE FROM bucket_document WHERE bucket = $1", id);
    sql::execute(transaction.connection(), "DELETE FROM bucket WHERE id = $1", id);
}

Usage get_usage(Snapshot& snapshot, BucketId bucket) {
    const auto decode = [](sql::Row row) {
        Usage usage;
        row.read(usage.bytes, usage.objects, usage.versions);
        return usage;
    };
    return find_row(snapshot.connection(),
                    "SELECT bytes, objects, versions FROM usage WHERE bucket = $1",
                    decode,
                    bucket)
        .value_or(Usage{});
}

void add_usage(Transaction& transaction, BucketId bucket, const Usage& difference) {
    sql::execute(transaction.connection(),
                 "UPDATE usage SET bytes = bytes + $2, objects = objects + $3,"
                 " versions = versions + $4 WHERE bucket = $1",
                 bucket,
                 difference.bytes,
                 difference.objects,
                 difference.versions);
}

}  // namespace alexander::catalog
