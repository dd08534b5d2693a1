#include "catalog/buckets.h"
#include "catalog/change_log.h"
#include "catalog/slots.h"
#include "store/files/tree_view.h"

namespace alexander::files {
namespace {

constexpr std::size_t changes_at_once = 1000;
constexpr std::size_t buckets_at_once = 1000;

}  // namespace

void TreeView::load_buckets() {
    state_.buckets.clear();
    if (!core_.options.bucket.empty()) {
        if (const auto bucket = catalog::find_bucket(snapshot(), core_.options.bucket))
            state_.buckets.emplace(bucket->id, *bucket);
        return;
    }
    std::string after;
    for (;;) {
        const std::vector<catalog::Bucket> buckets =
            catalog::list_buckets(snapshot(), 0, {}, after, buckets_at_once);
        for (const catalog::Bucket& bucket : buckets)
            state_.buckets.emplace(bucket.id, bucket);
        if (buckets.size() < buckets_at_once)
            return;
        after = buckets.back().name;
    }
}

void TreeView::catch_up() {
    if (!state_.loaded) {
        state_.seen = snapshot().commit_seq();
        load_buckets();
        core_.access.refresh_user(snapshot());
        state_.loaded = true;
        return;
    }
    if (core_.engine.mount_coherence.committed() <= state_.seen)
        return;
    snapshot_.reset();
    bool buckets_changed = false;
    bool users_changed = false;
    while (state_.seen < snapshot().commit_seq()) {
        const std::vector<catalog::Change> changes =
            catalog::read_changes(snapshot(), state_.seen, changes_at_once);
        // Whoever changed a bucket first waited until the mount had nothing queued for it: read
        // after the changes, this number covers every entry that they contradict.
        durable_ = core_.queue.durable();
        for (const catalog::Change& change : changes) {
            if (change.kind == catalog::ChangeKind::bucket_changed)
                buckets_changed = true;
            if (change.kind == catalog::ChangeKind::access_changed)
                users_changed = true;
            if (change.actor != core_.engine.process)
                take_change(change);
        }
        state_.seen = changes.empty() ? snapshot().commit_seq() : changes.back().commit_seq;
    }
    if (users_changed)
        core_.access.refresh_user(snapshot());
    if (buckets_changed) {
        load_buckets();
        state_.names.forget_copies(durable_);
    }
}

void TreeView::take_change(const catalog::Change& change) {
    switch (change.kind) {
        case catalog::ChangeKind::slot_put:
        case catalog::ChangeKind::slot_removed:
            state_.names.forget_name(change.parent, change.name, durable_);
            state_.names.forget_inode(change.parent, durable_);
            if (KnownInode* parent = state_.names.find_inode(change.parent))
                parent->subdirectories = -1;
            check_still_named(change.ino);
            check_still_named(change.old_ino);
            state_.names.forget_inode(change.ino, durable_);
            state_.names.forget_inode(change.ino | marker_bit, durable_);
            state_.names.forget_inode(change.old_ino, durable_);
            break;
        case catalog::ChangeKind::inode_changed:
            state_.names.forget_inode(change.ino, durable_);
            break;
        case catalog::ChangeKind::version_changed:
        case catalog::ChangeKind::upload_changed:
        case catalog::ChangeKind::bucket_changed:
        case catalog::ChangeKind::access_changed:
        case catalog::ChangeKind::hold_changed:
            break;
    }
}

void TreeView::check_still_named(catalog::Ino ino) {
    KnownInode* known = ino == 0 ? nullptr : state_.names.find_inode(ino);
    const bool in_use = known != nullptr && (known->handles > 0 || state_.files.count(ino) != 0);
    if (!in_use || known->orphan || known->inode.kind == catalog::FileKind::directory)
        return;
    const std::vector<catalog::Slot> slots =
        catalog::slots_of_inode(snapshot(), ino, static_cast<std::size_t>(known->inode.nlink));
    known->inode.nlink = static_cast<std::int64_t>(slots.size());
    if (!slots.empty())
        return;
    known->orphan = true;
    known->in_catalog = false;
    state_.replaced.push_back(ino);
}

void TreeView::forget_if_unused(catalog::Ino ino) {
    const KnownInode* known = state_.names.find_inode(ino);
    if (known != nullptr && known->orphan && known->handles == 0 && state_.lookups.count(ino) == 0)
        state_.names.erase_inode(ino);
}

void TreeView::remember(const Effects& effects, QueueNumber number) {
    for (const Effect& effect : effects)
        std::visit([&](const auto& one) { remember(one, number); }, effect);
}

// Who is asked for keys must find them while names are queued: the catalog does not know those.
void TreeView::note_place(const catalog::Slot& slot) {
    const auto bucket = state_.buckets.find(slot.bucket);
    KnownInode* known = state_.names.find_inode(slot.ino);
    if (known != nullptr && bucket != state_.buckets.end() &&
        !core_.access.is_plain(bucket->second))
        known->places.emplace(slot.parent, slot.name);
}

void TreeView::forget_place(const catalog::Slot& slot) {
    KnownInode* known = state_.names.find_inode(slot.ino);
    if (known != nullptr && !known->places.empty())
        known->places.erase({slot.parent, slot.name});
}

void TreeView::remember(const PutName& effect, QueueNumber number) {
    note_place(effect.slot);
    state_.names.put_name(effect.slot, number);
    if (!effect.slot.is_directory() || effect.replaces)
        return;
    KnownInode* parent = state_.names.find_inode(effect.slot.parent);
    if (parent != nullptr && parent->subdirectories >= 0)
        ++parent->subdirectories;
}

void TreeView::remember(const DropName& effect, QueueNumber number) {
    forget_place(effect.slot);
    state_.names.put_absence(effect.slot.parent, effect.slot.name, number);
    if (!effect.slot.is_directory())
        return;
    KnownInode* parent = state_.names.find_inode(effect.slot.parent);
    if (parent != nullptr && parent->subdirectories > 0)
        --parent->subdirectories;
}

void TreeView::remember(const DropMarker& effect, QueueNumber number) {
    if (KnownInode* known = state_.names.find_inode(effect.directory | marker_bit)) {
        known->orphan = true;
        known->inode.nlink = 0;
        known->number = number;
        forget_if_unused(effect.directory | marker_bit);
    }
}

void TreeView::remember(const PutInode& effect, QueueNumber number) {
    KnownInode* known = state_.names.find_inode(effect.inode.ino);
    if (known == nullptr) {
        KnownInode fresh;
        fresh.inode = effect.inode;
        fresh.number = number;
        if (effect.inode.kind == catalog::FileKind::directory)
            fresh.subdirectories = 0;
        state_.names.put_inode(std::move(fresh));
        return;
    }
    const catalog::ObjectState object = known->inode.object;
    known->inode = effect.inode;
    known->inode.object = object;
    known->number = number;
    known->implicit.reset();
    if (effect.inode.nlink == 0 && effect.inode.kind != catalog::FileKind::directory)
        known->orphan = true;
}

void TreeView::remember(const DropInode& effect, QueueNumber number) {
    KnownInode* known = state_.names.find_inode(effect.ino);
    if (known == nullptr)
        return;
    known->orphan = true;
    known->inode.nlink = 0;
    known->number = number;
    forget_if_unused(effect.ino);
}

void TreeView::remember(const ChangeFlags& effect, QueueNumber number) {
    KnownName* known = state_.names.find_name(effect.slot.parent, effect.slot.name);
    catalog::Slot slot = known != nullptr && known->slot ? *known->slot : effect.slot;
    slot.flags = (slot.flags | effect.set) & ~effect.clear;
    state_.names.put_name(slot, number);
}

void TreeView::remember(const Publish& effect, QueueNumber number) {
    KnownInode* known = state_.names.find_inode(effect.ino);
    if (known == nullptr)
        return;
    known->publication = effect.result;
    known->number = number;
}

void TreeView::remember(const HoldInode& effect, QueueNumber /*number*/) {
    if (KnownInode* known = state_.names.find_inode(effect.ino))
        known->held = effect.hold;
}

void TreeView::remember(const HoldContent& /*effect*/, QueueNumber /*number*/) {}

void TreeView::remember(const MoveHistory& /*effect*/, QueueNumber /*number*/) {}

}  // namespace alexander::files
