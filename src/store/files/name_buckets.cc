#include "base/error.h"
#include "store/buckets.h"
#include "store/files/access_checks.h"
#include "store/files/checked_committer.h"
#include "store/files/name_operations.h"
#include "store/files/tree_operation.h"

namespace alexander::files {
namespace {

Engine with_committer(const Engine& engine, Committer& committer) {
    return {engine.files,
            engine.clock,
            engine.random,
            engine.log,
            engine.catalog,
            committer,
            engine.chunks,
            engine.keyring,
            engine.coherence,
            engine.mount_coherence,
            engine.process};
}

}  // namespace

Attributes NameOperations::make_bucket(std::string_view name, const NewNode& node) {
    if (!core_.options.bucket.empty())
        throw Error(ErrorCode::not_permitted, "one bucket is mounted");
    {
        auto state = core_.state.lock();
        const TreeView view(core_, *state);  // knows who is disabled
        core_.access.check_enabled();
    }
    Buckets::CreateOptions options;
    options.uid = node.caller.uid;
    options.gid = node.caller.gid;
    CheckedCommitter committer(core_.engine.committer);
    const Engine engine = with_committer(core_.engine, committer);
    const catalog::Bucket bucket = Buckets(engine).create(core_.options.user, name, options);
    const auto plan = [&](Operation& operation) {
        catalog::Inode inode = operation.view.inode(bucket.root_ino).inode;
        inode.mode = node.mode & ~node.umask & 07777U;
        inode.uid = node.caller.uid;
        inode.gid = node.caller.gid;
        inode.atime = inode.mtime = inode.ctime = operation.now;
        operation.add(PutInode{std::move(inode)});
    };
    return change(core_,
                  bucket.root_ino,
                  plan,
                  [&](TreeView& view) {
                      ++view.state().lookups[bucket.root_ino];
                      return view.attributes(view.inode(bucket.root_ino));
                  })
        .first;
}

void NameOperations::remove_bucket(std::string_view name) {
    {
        auto state = core_.state.lock();
        TreeView view(core_, *state);
        const auto slot = view.find_shown(root_ino, name);
        if (!slot)
            throw Error(ErrorCode::no_such_file, "no bucket " + std::string(name));
        check_bucket(view, state->buckets.at(slot->bucket), Action::delete_bucket);
    }
    core_.queue.wait_all();  // what was just deleted below must be gone
    CheckedCommitter committer(core_.engine.committer);
    const Engine engine = with_committer(core_.engine, committer);
    Buckets(engine).remove(name);
}

}  // namespace alexander::files
