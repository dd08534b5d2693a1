#include "catalog/versions.h"

#include "catalog/rows.h"

#include <algorithm>

namespace alexander::catalog {
namespace {

constexpr auto select_version = sql::text(
    "SELECT bucket, key, seq, is_null, is_marker, ino, kind, size, etag, etag_parts, modified_s,"
    " modified_ns, content, owner, profile, origin, served, retain_mode, retain_s, legal_hold,"
    " attributes FROM version WHERE bucket = $1 AND key");
constexpr auto version_by_seq = select_version + sql::text(" = $2 AND seq = $3");
constexpr auto null_version = select_version + sql::text(" = $2 AND is_null = 1");
constexpr auto first_version = select_version + sql::text(" = $2 ORDER BY seq DESC LIMIT 1");
constexpr auto versions_below =
    select_version + sql::text(" = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4");
constexpr auto versions_at_keys =
    select_version + sql::text(" >= $2 ORDER BY key, seq DESC LIMIT $3");
constexpr auto versions_past_key =
    select_version + sql::text(" > $2 ORDER BY key, seq DESC LIMIT $3");

constexpr auto that_count =
    sql::text(" AND (modified_s, modified_ns) <= ($3, $4) AND is_marker <= $5");
constexpr auto past_version =
    select_version + sql::text(" = $2") + that_count + sql::text(" ORDER BY seq DESC LIMIT 1");
constexpr auto past_from =
    sql::text(
        "SELECT bucket, key, seq, is_null, is_marker, ino, kind, size, etag, etag_parts,"
        " modified_s, modified_ns, content, owner, profile, origin, served, retain_mode, retain_s,"
        " legal_hold, NULL FROM version WHERE bucket = $1 AND key >= $2") +
    that_count;
constexpr auto past_to_end = past_from + sql::text(" ORDER BY key, seq DESC LIMIT $6");
constexpr auto past_before = past_from + sql::text(" AND key < $7 ORDER BY key, seq DESC LIMIT $6");
constexpr auto times_from =
    sql::text("SELECT modified_s FROM version WHERE bucket = $1 AND key >= $2");
constexpr auto times_to_end = times_from + sql::text(" LIMIT $3");
constexpr auto times_before = times_from + sql::text(" AND key < $4 LIMIT $3");

Version decode(sql::Row row) {
    Version version;
    ObjectState& object = version.object;
    row.read(version.bucket,
             version.key,
             object.version_seq,
             object.is_null,
             version.is_marker,
             version.ino,
             version.kind,
             object.size,
             object.masked_etag,
             object.etag_parts,
             object.modified,
             object.content,
             object.owner,
             object.profile,
             version.origin,
             version.served,
             version.retain_mode,
             version.retain_seconds,
             version.legal_hold,
             object.sealed_attributes);
    return version;
}

/// Appends rows until one is not before `until`; true if the scan may go on behind them.
bool append(sql::Query& query,
            std::string_view until,
            std::size_t limit,
            std::vector<Version>& versions) {
    while (query.next()) {
        if (!is_before(as_text(query.blob(1)), until)) {
            return false;
        }
        versions.push_back(decode(query.row()));
    }
    return versions.size() < limit;
}

std::int64_t write_version(Transaction& transaction, sql::SqlText sql, const Version& version) {
    const ObjectState& object = version.object;
    return sql::execute(transaction.connection(),
                        sql,
                        version.bucket,
                        as_bytes(version.key),
                        object.version_seq,
                        object.is_null,
                        version.is_marker,
                        version.ino,
                        version.kind,
                        object.size,
                        object.masked_etag,
                        object.etag_parts,
                        object.modified,
                        object.content,
                        object.owner,
                        object.profile,
                        version.origin,
                        version.served,
                        version.retain_mode,
                        version.retain_seconds,
                        version.legal_hold,
                        transaction.commit_seq(),
                        object.sealed_attributes);
}

}  // namespace

void insert_version(Transaction& transaction, const Version& version) {
    write_version(transaction,
                  "INSERT INTO version (bucket, key, seq, is_null, is_marker, ino, kind, size,"
                  " etag, etag_parts, modified_s, modified_ns, content, owner, profile, origin,"
                  " served, retain_mode, retain_s, legal_hold, commit_seq, attributes)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
                  " $17, $18, $19, $20, $21, $22)",
                  version);
}

void update_version(Transaction& transaction, const Version& version) {
    write_version(transaction,
                  "UPDATE version SET is_null = $4, is_marker = $5, ino = $6, kind = $7,"
                  " size = $8, etag = $9, etag_parts = $10, modified_s = $11, modified_ns = $12,"
                  " content = $13, owner = $14, profile = $15, origin = $16, served = $17,"
                  " retain_mode = $18, retain_s = $19, legal_hold = $20, commit_seq = $21,"
                  " attributes = $22 WHERE bucket = $1 AND key = $2 AND seq = $3",
                  version);
}

void delete_version(Transaction& transaction,
                    BucketId bucket,
                    std::string_view key,
                    VersionSeq seq) {
    sql::execute(transaction.connection(),
                 "DELETE FROM version WHERE bucket = $1 AND key = $2 AND seq = $3",
                 bucket,
                 as_bytes(key),
                 seq);
}

std::optional<Version> find_version(Snapshot& snapshot,
                                    BucketId bucket,
                                    std::string_view key,
                                    VersionSeq seq) {
    return find_row(snapshot.connection(), version_by_seq, decode, bucket, as_bytes(key), seq);
}

std::optional<Version> find_null_version(Snapshot& snapshot,
                                         BucketId bucket,
                                         std::string_view key) {
    return find_row(snapshot.connection(), null_version, decode, bucket, as_bytes(key));
}

std::optional<Version> newest_version(Snapshot& snapshot, BucketId bucket, std::string_view key) {
    return find_row(snapshot.connection(), first_version, decode, bucket, as_bytes(key));
}

std::vector<Version> scan_versions(Snapshot& snapshot,
                                   BucketId bucket,
                                   const VersionPosition& from,
                                   std::string_view until,
                                   std::size_t limit) {
    sql::Connection& connection = snapshot.connection();
    const ByteView key = as_bytes(from.key);
    std::vector<Version> versions;
    if (from.before_seq == 0) {
        sql::Query query(connection, versions_at_keys, bucket, key, limit);
        append(query, until, limit, versions);
        return versions;
    }
    {
        sql::Query query(connection, versions_below, bucket, key, from.before_seq, limit);
        if (!append(query, until, limit, versions)) {
            return versions;
        }
    }
    sql::Query query(connection, versions_past_key, bucket, key, limit - versions.size());
    append(query, until, limit, versions);
    return versions;
}

namespace {

PastKeys collect_past(sql::Query& query, std::size_t limit) {
    PastKeys keys;
    std::size_t rows = 0;
    for (; query.next(); ++rows) {
        if (keys.versions.empty() || as_text(query.blob(1)) != keys.versions.back().key) {
            keys.versions.push_back(decode(query.row()));
        }
    }
    keys.is_last = rows < limit;
    return keys;
}

std::vector<std::int64_t> collect_times(sql::Query& query) {
    std::vector<std::int64_t> times;
    while (query.next()) {
        times.push_back(query.integer(0));
    }
    return times;
}

}  // namespace

PastKeys scan_past(Snapshot& snapshot,
                   BucketId bucket,
                   const KeyRange& range,
                   const PastFilter& filter,
                   std::size_t limit) {
    sql::Connection& connection = snapshot.connection();
    const ByteView from = as_bytes(range.from);
    if (range.until.empty()) {
        sql::Query query(
            connection, past_to_end, bucket, from, filter.moment, filter.with_markers, limit);
        return collect_past(query, limit);
    }
    sql::Query query(connection,
                     past_before,
                     bucket,
                     from,
                     filter.moment,
                     filter.with_markers,
                     limit,
                     as_bytes(range.until));
    return collect_past(query, limit);
}

std::optional<Version> find_past(Snapshot& snapshot,
                                 BucketId bucket,
                                 std::string_view key,
                                 const PastFilter& filter) {
    return find_row(snapshot.connection(),
                    past_version,
                    decode,
                    bucket,
                    as_bytes(key),
                    filter.moment,
                    filter.with_markers);
}

std::vector<std::int64_t> version_times(Snapshot& snapshot,
                                        BucketId bucket,
                                        const KeyRange& range,
                                        std::size_t limit) {
    sql::Connection& connection = snapshot.connection();
    const ByteView from = as_bytes(range.from);
    if (range.until.empty()) {
        sql::Query query(connection, times_to_end, bucket, from, limit);
        return collect_times(query);
    }
    sql::Query query(connection, times_before, bucket, from, limit, as_bytes(range.until));
    return collect_times(query);
}

bool has_versions_of(Snapshot& snapshot, Ino ino) {
    return has_row(snapshot.connection(), "SELECT 1 FROM version WHERE ino = $1 LIMIT 1", ino);
}

bool is_locked(Snapshot& snapshot, Ino ino, std::int64_t now_seconds) {
    return has_row(snapshot.connection(),
                   "SELECT 1 FROM version AS locked WHERE ino = $1"
                   " AND (legal_hold = 1 OR (retain_mode <> 0 AND retain_s > $2))"
                   " AND NOT EXISTS (SELECT 1 FROM version WHERE bucket = locked.bucket"
                   " AND key = locked.key AND seq > locked.seq) LIMIT 1",
                   ino,
                   now_seconds);
}

bool has_versions(Snapshot& snapshot, BucketId bucket) {
    return has_row(
        snapshot.connection(), "SELECT 1 FROM version WHERE bucket = $1 LIMIT 1", bucket);
}

}  // namespace alexander::catalog
