// What the operations of the mounted tree share: memory, queue, ids.
// Rules: docs/design/mount.md.
#pragma once

#include "base/guarded.h"
#include "store/buckets.h"
#include "store/files/change_queue.h"
#include "store/files/id_pool.h"
#include "store/files/mount_access.h"
#include "store/files/open_file.h"
#include "store/files/pending_names.h"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace alexander::files {

/// The inode of the directory that shows the buckets.
inline constexpr catalog::Ino root_ino = 1;

/// The body of a directory's own `d/` object is shown as a file; this bit makes its inode of the
/// directory's.
inline constexpr catalog::Ino marker_bit = catalog::Ino{1} << 62;

[[nodiscard]] constexpr bool is_marker(catalog::Ino ino) {
    return (ino & marker_bit) != 0;
}

struct TreeOptions {
    std::string bucket;  // serve this one only; empty: all, below one root
    Identity user;  // who acts: new buckets and objects are theirs, policies and lists bind them
    std::size_t known_limit = 200000;            // names and inodes kept as copies
    std::size_t dirty_limit_bytes = 64U << 20U;  // of unpublished data in memory
    bool named_history = true;                   // directories have `.versions` and `.snapshots`
    bool kernel_keeps_times = false;  // with a writeback cache, mtime comes by setattr only
};

/// Who makes a new inode.
struct Caller {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

/// What stat(2) tells.
struct Attributes {
    catalog::Ino ino = 0;
    catalog::FileKind kind = catalog::FileKind::regular;
    std::uint32_t mode = 0;  // without type bits
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t rdev = 0;
    std::uint64_t nlink = 1;
    std::uint64_t size_bytes = 0;
    std::uint64_t allocated_bytes = 0;
    Timestamp atime, mtime, ctime;
};

/// What operations that may not be durable yet add to a bucket.
struct QueuedGrowth {
    QueueNumber last = 0;  // the newest of them
    catalog::Usage usage;
};

/// Everything that changes while mounted. Reached under one lock, which is never held while
/// anybody waits for a commit, for another process or for the kernel.
struct TreeState {
    explicit TreeState(std::size_t known_limit) : names(known_limit) {}

    PendingNames names;
    std::map<catalog::BucketId, catalog::Bucket> buckets;  // those that are served
    std::unordered_map<catalog::Ino, std::shared_ptr<OpenFile>> files;
    std::unordered_map<catalog::Ino, std::uint64_t> lookups;  // references that the kernel holds
    std::vector<catalog::Ino> replaced;  // open inodes that S3 took out of the tree, not held yet
    std::map<catalog::BucketId, QueuedGrowth> growth;  // of buckets with a quota
    catalog::CommitSeq seen = 0;  // changes of others up to here are in `names`
    bool loaded = false;
    bool lost = false;  // the queue failed and everything was forgotten
};

struct TreeCore {
    TreeCore(const Engine& engine_, TreeOptions options_)
        : engine(engine_),
          options(std::move(options_)),
          access(engine_, options.user),
          state(options.known_limit),
          ids(engine_),
          queue(engine_, options.user.user) {}

    const Engine& engine;
    const TreeOptions options;
    MountAccess access;
    Guarded<TreeState> state;
    IdPool ids;
    ChangeQueue queue;
};

}  // namespace alexander::files
