#include "store/files/change_follower.h"

#include "base/error.h"
#include "base/logging.h"
#include "catalog/change_log.h"
#include "store/files/tree_view.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace alexander::files {
namespace {

constexpr std::size_t changes_at_once = 1000;
constexpr std::chrono::milliseconds pause_after_fault{100};

}  // namespace

ChangeFollower::ChangeFollower(TreeCore& core, KernelCache& kernel, catalog::CommitSeq from)
    : core_(core), kernel_(kernel), seen_(from), thread_([this] { run(); }) {}

ChangeFollower::~ChangeFollower() {
    core_.engine.mount_coherence.stop();
    thread_.join();
}

void ChangeFollower::run() noexcept {
    while (core_.engine.mount_coherence.wait_for_commit(seen_)) {
        try {
            follow();
        } catch (const Error& error) {
            core_.engine.log.error("mount", std::string("following changes: ") + error.what());
            std::this_thread::sleep_for(pause_after_fault);
        }
    }
}

void ChangeFollower::follow() {
    {
        auto state = core_.state.lock();
        const TreeView view(core_, *state);  // takes the changes over
    }
    hold_replaced();
    std::vector<catalog::Change> changes;
    catalog::CommitSeq newest = 0;
    {
        const auto snapshot = core_.engine.catalog.read();
        changes = catalog::read_changes(*snapshot, seen_, changes_at_once);
        newest = snapshot->commit_seq();
    }
    for (const catalog::Change& change : changes)
        if (change.actor != core_.engine.process)
            tell(change);
    tell_of_access(changes);
    seen_ = changes.empty() ? std::max(seen_, newest) : changes.back().commit_seq;
    core_.engine.mount_coherence.applied(seen_);
}

void ChangeFollower::tell(const catalog::Change& change) {
    switch (change.kind) {
        case catalog::ChangeKind::slot_put:
        case catalog::ChangeKind::slot_removed:
            for (const std::string& name : all_shown_names(change.name))
                kernel_.invalidate_entry(change.parent, name);
            // What stands beside it may have got or lost the plain name.
            for (const std::string& name : all_shown_names(counterpart(change.name)))
                kernel_.invalidate_entry(change.parent, name);
            kernel_.invalidate_inode(change.parent);
            if (change.name.ends_with('/')) {
                kernel_.invalidate_entry(change.ino, marker_name);
                kernel_.invalidate_inode(change.ino | marker_bit);
            }
            if (change.ino != 0)
                kernel_.invalidate_inode(change.ino);
            if (change.old_ino != 0)
                kernel_.invalidate_inode(change.old_ino);
            break;
        case catalog::ChangeKind::inode_changed:
            kernel_.invalidate_inode(change.ino);
            break;
        case catalog::ChangeKind::bucket_changed:
            kernel_.invalidate_entry(root_ino, change.name);
            kernel_.invalidate_inode(root_ino);
            break;
        case catalog::ChangeKind::version_changed:
        case catalog::ChangeKind::upload_changed:
        case catalog::ChangeKind::access_changed:
        case catalog::ChangeKind::hold_changed:
            break;
    }
}

// The kernel may answer stat(2) from memory. Everything else that is decided by who may do what
// comes to the mount, by name or by number, so that attributes are all that must go.
void ChangeFollower::tell_of_access(const std::vector<catalog::Change>& changes) {
    std::set<catalog::BucketId> buckets;
    for (const catalog::Change& change : changes)
        if (change.kind == catalog::ChangeKind::bucket_changed)
            buckets.insert(change.bucket);
    const bool is_enabled = core_.access.is_enabled();
    const bool all = is_enabled != was_enabled_;
    if (!all && (buckets.empty() || core_.access.is_admin()))
        return;
    std::vector<catalog::Ino> stale;
    {
        auto state = core_.state.lock();
        for (const auto& [ino, count] : state->lookups) {
            const KnownInode* known = state->names.find_inode(ino);
            if (all || known == nullptr || buckets.count(known->inode.bucket) != 0)
                stale.push_back(ino);
        }
    }
    for (const catalog::Ino ino : stale)
        kernel_.invalidate_inode(ino);
    was_enabled_ = is_enabled;
}

void ChangeFollower::hold_replaced() {
    auto state = core_.state.lock();
    if (state->replaced.empty() || core_.queue.has_failed())
        return;
    Effects effects;
    catalog::BucketId bucket = 0;
    for (const catalog::Ino ino : state->replaced) {
        const KnownInode* known = state->names.find_inode(ino);
        if (known == nullptr || known->inode.object.content == 0)
            continue;
        bucket = known->inode.bucket;
        effects.push_back(HoldContent{known->inode.object.content, true});
    }
    if (effects.empty()) {
        state->replaced.clear();
        return;
    }
    if (auto ticket = core_.queue.begin(bucket)) {  // else the next change brings us here again
        ticket->submit(std::make_shared<const Effects>(std::move(effects)));
        state->replaced.clear();
    }
}

}  // namespace alexander::files
