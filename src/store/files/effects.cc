#include "store/files/effects.h"

#include "catalog/buckets.h"
#include "catalog/contents.h"
#include "catalog/inodes.h"
#include "catalog/slots.h"
#include "catalog/versions.h"
#include "store/content_use.h"
#include "store/files/object_changes.h"

namespace alexander::files {
namespace {

void log_inode(catalog::Transaction& rows, const catalog::Inode& inode) {
    catalog::Change change;
    change.kind = catalog::ChangeKind::inode_changed;
    change.bucket = inode.bucket;
    change.ino = inode.ino;
    rows.log_change(change);
}

void log_hold(catalog::Transaction& rows, catalog::Ino ino) {
    catalog::Change change;
    change.kind = catalog::ChangeKind::hold_changed;
    change.ino = ino;
    rows.log_change(change);
}

class Applier {
public:
    Applier(CommitScope& scope, const Engine& engine, catalog::UserId owner)
        : scope_(scope), rows_(scope.rows()), engine_(engine), owner_(owner) {}

    void operator()(const PutName& effect) {
        if (const auto context = context_of(effect.slot.bucket))
            put_name(*context, effect);
    }

    void operator()(const DropName& effect) {
        if (const auto context = context_of(effect.slot.bucket))
            drop_name(*context, effect);
    }

    void operator()(const DropMarker& effect) {
        if (const auto context = context_of(effect.bucket))
            drop_marker(*context, effect);
    }

    void operator()(const PutInode& effect) {
        catalog::Inode inode = effect.inode;
        inode.object = object_of(rows_, inode.ino).value_or(catalog::ObjectState{});
        catalog::put_inode(rows_, inode);
        log_inode(rows_, inode);
    }

    void operator()(const DropInode& effect) {
        std::optional<catalog::Inode> inode = catalog::find_inode(rows_, effect.ino);
        if (!inode)
            return;
        if (catalog::has_versions_of(rows_, effect.ino)) {
            inode->nlink = 0;  // owner and mode of versions, one of which may become current again
            catalog::put_inode(rows_, *inode);
        } else {
            catalog::delete_inode(rows_, effect.ino);
        }
    }

    void operator()(const ChangeFlags& effect) {
        auto slot = catalog::find_slot(rows_, effect.slot.parent, effect.slot.name);
        if (!slot || slot->ino != effect.slot.ino)
            return;
        const std::uint32_t flags = (slot->flags | effect.set) & ~effect.clear;
        if (flags == slot->flags)
            return;
        slot->flags = flags;
        catalog::put_slot(rows_, *slot);
        log_slot(rows_, *slot);
    }

    void operator()(const Publish& effect) {
        if (const auto context = context_of(effect.bucket))
            publish(*context, effect);
    }

    void operator()(const HoldInode& effect) {
        if (effect.hold)
            catalog::insert_hold(rows_, catalog::HoldKind::inode, effect.ino);
        else
            catalog::delete_hold(rows_, catalog::HoldKind::inode, effect.ino);
        log_hold(rows_, effect.ino);
    }

    void operator()(const HoldContent& effect) {
        if (effect.hold)
            hold_content(effect.content);
        else
            catalog::delete_hold(rows_, catalog::HoldKind::content, effect.content);
        log_hold(rows_, 0);
    }

    void operator()(const MoveHistory& effect) {
        if (const auto context = context_of(effect.bucket))
            move_history(*context, effect);
    }

private:
    /// One that is gone by now was not open when it went: its session would have kept it.
    void hold_content(catalog::ContentId content) {
        if (!catalog::find_content(rows_, content))
            return;
        use_content(scope_, content);
        catalog::insert_hold(rows_, catalog::HoldKind::content, content);
    }

    static void log_slot(catalog::Transaction& rows, const catalog::Slot& slot) {
        catalog::Change change;
        change.kind = catalog::ChangeKind::slot_put;
        change.bucket = slot.bucket;
        change.parent = slot.parent;
        change.name = slot.name;
        change.ino = slot.ino;
        change.version = slot.object.version_seq;
        rows.log_change(change);
    }

    /// Nothing if the bucket is gone: then so is everything that the effect would change.
    std::optional<ChangeContext> context_of(catalog::BucketId id) {
        if (!bucket_ || bucket_->id != id)
            bucket_ = catalog::find_bucket(rows_, id);
        if (!bucket_)
            return std::nullopt;
        return ChangeContext{
            {scope_, engine_.keyring, *bucket_, catalog::Origin::mount}, engine_, owner_};
    }

    CommitScope& scope_;
    catalog::Transaction& rows_;
    const Engine& engine_;
    const catalog::UserId owner_;
    std::optional<catalog::Bucket> bucket_;
};

}  // namespace

void apply_effects(CommitScope& scope,
                   const Engine& engine,
                   catalog::UserId owner,
                   const Effects& effects) {
    Applier applier(scope, engine, owner);
    for (const Effect& effect : effects)
        std::visit(applier, effect);
}

}  // namespace alexander::files
