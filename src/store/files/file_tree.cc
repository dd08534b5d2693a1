#include "store/files/file_tree.h"

#include "base/error.h"
#include "catalog/buckets.h"

#include <chrono>

namespace alexander::files {
namespace {

constexpr std::chrono::seconds publish_period{1};

}  // namespace

catalog::Ino FileTree::serve(const Engine& engine, const TreeOptions& options) {
    catalog::BucketId id = 0;
    catalog::Ino root = root_ino;
    if (!options.bucket.empty()) {
        const auto bucket = catalog::find_bucket(*engine.catalog.read(), options.bucket);
        if (!bucket)
            throw Error(ErrorCode::no_such_bucket, "no bucket " + options.bucket);
        id = bucket->id;
        root = bucket->root_ino;
    }
    if (!engine.mount_coherence.serve(id))
        throw Error(ErrorCode::busy,
                    "another process has mounted this already; show it elsewhere too with "
                    "mount --bind");
    return root;
}

FileTree::FileTree(const Engine& engine, TreeOptions options)
    : root_(serve(engine, options)),
      core_(engine, std::move(options)),
      names_(core_),
      directories_(core_),
      data_(core_),
      attributes_(core_, data_),
      past_(core_) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    if (root_ == root_ino) {
        KnownInode known;
        known.inode.ino = root_ino;
        known.inode.kind = catalog::FileKind::directory;
        known.inode.mode = 0755;
        known.inode.parent = root_ino;
        known.inode.atime = known.inode.mtime = known.inode.ctime = known.inode.btime =
            engine.clock.now();
        known.handles = 1;  // it stays
        state->names.put_inode(std::move(known));
    }
    loaded_at_ = state->seen;
    engine.mount_coherence.applied(loaded_at_);
}

FileTree::~FileTree() {
    stop();
}

void FileTree::start(KernelCache& kernel) {
    follower_.emplace(core_, kernel, loaded_at_);
    publisher_.emplace(
        "publisher", core_.engine.log, publish_period, [this](const std::stop_token&) {
            data_.publish_resting();
            past_.files().renew_sessions();
        });
}

void FileTree::stop() {
    publisher_.reset();
    follower_.reset();
}

void FileTree::close() {
    data_.publish_all();
}

}  // namespace alexander::files
