#include "catalog/change_log.h"

#include "catalog/rows.h"

namespace alexander::catalog {

std::vector<Change> read_changes(Snapshot& snapshot, CommitSeq after, std::size_t limit) {
    sql::Query query(snapshot.connection(),
                     "SELECT commit_seq, operation, bucket, parent, name, ino, old_ino, version,"
                     " actor FROM change_log WHERE commit_seq > $1 ORDER BY commit_seq, ordinal",
                     after);
    std::vector<Change> changes;
    while (query.next()) {
        // No LIMIT in the statement: the last commit is read to its end.
        if (changes.size() >= limit && !changes.empty() &&
            query.integer(0) != changes.back().commit_seq) {
            break;
        }
        Change& change = changes.emplace_back();
        query.row().read(change.commit_seq,
                         change.kind,
                         change.bucket,
                         change.parent,
                         change.name,
                         change.ino,
                         change.old_ino,
                         change.version,
                         change.actor);
    }
    return changes;
}

bool bucket_changed(Snapshot& snapshot, CommitSeq after, BucketId bucket, const ProcessId* except) {
    const ByteView nobody;  // an actor has 16 bytes: none equals the empty one
    return has_row(snapshot.connection(),
                   "SELECT 1 FROM change_log WHERE commit_seq > $1 AND bucket = $2"
                   " AND actor <> $3 LIMIT 1",
                   after,
                   bucket,
                   except == nullptr ? nobody : ByteView(*except));
}

void trim_changes(Transaction& transaction, CommitSeq through) {
    sql::execute(
        transaction.connection(), "DELETE FROM change_log WHERE commit_seq <= $1", through);
}

}  // namespace alexander::catalog
