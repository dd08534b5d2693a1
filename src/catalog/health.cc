#include "catalog/health.h"

#include "catalog/migrations.h"
#include "catalog/sql/query.h"

namespace alexander::catalog {

PackCover get_pack_cover(Snapshot& snapshot) {
    PackCover cover;
    {
        sql::Query query(snapshot.connection(),
                         "SELECT count(*), coalesce(min(CASE WHEN scrubbed_s > created_s"
                         " THEN scrubbed_s ELSE created_s END), 0) FROM pack WHERE state <> 4");
        if (query.next())
            query.row().read(cover.packs, cover.oldest_seconds);
    }
    sql::Query query(snapshot.connection(), "SELECT count(*) FROM chunk WHERE state = 2");
    if (query.next())
        cover.damaged_chunks = query.integer(0);
    return cover;
}

Usage get_whole_usage(Snapshot& snapshot) {
    Usage all;
    sql::Query query(snapshot.connection(),
                     "SELECT coalesce(sum(bytes), 0), coalesce(sum(objects), 0),"
                     " coalesce(sum(versions), 0) FROM usage");
    if (query.next())
        query.row().read(all.bytes, all.objects, all.versions);
    return all;
}

std::int64_t count_open_uploads(Snapshot& snapshot, std::int64_t before_seconds) {
    sql::Query query(snapshot.connection(),
                     "SELECT count(*) FROM upload WHERE state = 0 AND initiated_s < $1",
                     before_seconds);
    return query.next() ? query.integer(0) : 0;
}

std::int64_t get_stored_schema(Snapshot& snapshot) {
    return get_schema_version(snapshot.connection());
}

std::int64_t get_known_schema() {
    return known_migrations().back().number;
}

}  // namespace alexander::catalog
