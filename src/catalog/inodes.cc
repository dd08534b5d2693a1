#include "catalog/inodes.h"

#include "catalog/rows.h"

namespace alexander::catalog {

std::optional<Inode> find_inode(Snapshot& snapshot, Ino ino) {
    const auto decode = [](sql::Row row) {
        Inode inode;
        ObjectState& object = inode.object;
        row.read(inode.ino,
                 inode.bucket,
                 inode.kind,
                 inode.mode,
                 inode.uid,
                 inode.gid,
                 inode.rdev,
                 inode.nlink,
                 inode.parent,
                 object.size,
                 inode.atime,
                 inode.mtime,
                 inode.ctime,
                 inode.btime,
                 object.content,
                 object.masked_etag,
                 object.etag_parts,
                 object.version_seq,
                 object.modified,
                 object.profile,
                 object.sealed_attributes,
                 inode.sealed_extended);
        return inode;
    };
    return find_row(snapshot.connection(),
                    "SELECT ino, bucket, kind, mode, uid, gid, rdev, nlink, parent, size, atime_s,"
                    " atime_ns, mtime_s, mtime_ns, ctime_s, ctime_ns, btime_s, btime_ns, content,"
                    " etag, etag_parts, etag_seq, modified_s, modified_ns, profile, attributes,"
                    " extended FROM inode WHERE ino = $1",
                    decode,
                    ino);
}

void put_inode(Transaction& transaction, const Inode& inode) {
    const ObjectState& object = inode.object;
    sql::execute(
        transaction.connection(),
        "INSERT INTO inode (ino, bucket, kind, mode, uid, gid, rdev, nlink, parent, size, atime_s,"
        " atime_ns, mtime_s, mtime_ns, ctime_s, ctime_ns, btime_s, btime_ns, content, etag,"
        " etag_parts, etag_seq, modified_s, modified_ns, profile, attributes, extended, commit_seq)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
        " $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)"
        " ON CONFLICT (ino) DO UPDATE SET bucket = excluded.bucket, kind = excluded.kind,"
        " mode = excluded.mode, uid = excluded.uid, gid = excluded.gid, rdev = excluded.rdev,"
        " nlink = excluded.nlink, parent = excluded.parent, size = excluded.size,"
        " atime_s = excluded.atime_s, atime_ns = excluded.atime_ns, mtime_s = excluded.mtime_s,"
        " mtime_ns = excluded.mtime_ns, ctime_s = excluded.ctime_s, ctime_ns = excluded.ctime_ns,"
        " btime_s = excluded.btime_s, btime_ns = excluded.btime_ns, content = excluded.content,"
        " etag = excluded.etag, etag_parts = excluded.etag_parts, etag_seq = excluded.etag_seq,"
        " modified_s = excluded.modified_s, modified_ns = excluded.modified_ns,"
        " profile = excluded.profile, attributes = excluded.attributes,"
        " extended = excluded.extended, commit_seq = excluded.commit_seq",
        inode.ino,
        inode.bucket,
        inode.kind,
        inode.mode,
        inode.uid,
        inode.gid,
        inode.rdev,
        inode.nlink,
        inode.parent,
        object.size,
        inode.atime,
        inode.mtime,
        inode.ctime,
        inode.btime,
        object.content,
        object.masked_etag,
        object.etag_parts,
        object.version_seq,
        object.modified,
        object.profile,
        object.sealed_attributes,
        inode.sealed_extended,
        transaction.commit_seq());
}

void delete_inode(Transaction& transaction, Ino ino) {
    sql::execute(transaction.connection(), "DELETE FROM inode WHERE ino = $1", ino);
}

void insert_hold(Transaction& transaction, HoldKind kind, std::int64_t target) {
    sql::execute(transaction.connection(),
                 "INSERT INTO hold (process, kind, target, commit_seq) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (process, kind, target) DO UPDATE SET"
                 " commit_seq = excluded.commit_seq",
                 transaction.process(),
                 kind,
                 target,
                 transaction.commit_seq());
}

void delete_hold(Transaction& transaction, HoldKind kind, std::int64_t target) {
    sql::execute(transaction.connection(),
                 "DELETE FROM hold WHERE process = $1 AND kind = $2 AND target = $3",
                 transaction.process(),
                 kind,
                 target);
}

void delete_process_state(Transaction& transaction, const ProcessId& process) {
    sql::Connection& connection = transaction.connection();
    // A bucket's top directory has no name either, and another process may hold the inode too.
    sql::execute(connection,
                 "DELETE FROM inode"
                 " WHERE ino IN (SELECT target FROM hold WHERE process = $1 AND kind = $2)"
                 " AND NOT EXISTS (SELECT 1 FROM slot WHERE slot.ino = inode.ino)"
                 " AND NOT EXISTS (SELECT 1 FROM version WHERE version.ino = inode.ino)"
                 " AND NOT EXISTS (SELECT 1 FROM bucket WHERE bucket.root_ino = inode.ino)"
                 " AND NOT EXISTS (SELECT 1 FROM hold AS other WHERE other.kind = $2"
                 " AND other.target = inode.ino AND other.process <> $1)",
                 process,
                 HoldKind::inode);
    sql::execute(connection, "DELETE FROM hold WHERE process = $1", process);
    sql::execute(connection, "DELETE FROM pending_page WHERE process = $1", process);
}

std::vector<ProcessId> list_processes(Snapshot& snapshot) {
    return list_rows(snapshot.connection(),
                     "SELECT process FROM hold UNION SELECT process FROM pending_page",
                     [](sql::Row row) {
                         ProcessId process{};
                         row.read(process);
                         return process;
                     });
}

}  // namespace alexander::catalog
