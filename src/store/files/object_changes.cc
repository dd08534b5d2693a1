#include "store/files/object_changes.h"

#include "catalog/buckets.h"
#include "catalog/inodes.h"
#include "catalog/slots.h"
#include "catalog/versions.h"
#include "crypto/hash.h"
#include "store/files/object_metadata.h"
#include "store/files/version_sessions.h"
#include "store/keys.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::size_t names_limit = 65536;

std::string key_for(const HistoryContext& context, catalog::Ino parent, std::string_view name) {
    if (!context.bucket.keeps_history())
        return {};  // nothing is filed by key there
    return key_of(context.scope.rows(), context.bucket, parent, name);
}

/// An inode row for what so far only its name described.
void make_inode_row(catalog::Transaction& rows,
                    const catalog::Bucket& bucket,
                    const catalog::Slot& slot) {
    if (!catalog::find_inode(rows, slot.ino))
        catalog::put_inode(rows, default_inode(bucket, slot));
}

void set_object(catalog::Transaction& rows, catalog::Ino ino, const catalog::ObjectState& object) {
    std::optional<catalog::Inode> inode = catalog::find_inode(rows, ino);
    if (!inode)
        return;
    inode->object = object;
    catalog::put_inode(rows, *inode);
}

/// Rows of inodes do not say whose the object is: its names do. `slot` is one that is made for it,
/// or that has just gone.
catalog::UserId owner_of(const ChangeContext& change, const catalog::Slot& slot) {
    const std::vector<catalog::Slot> names =
        catalog::slots_of_inode(change.history.scope.rows(), slot.ino, 1);
    if (!names.empty() && names.front().object.owner != 0)
        return names.front().object.owner;
    return slot.object.owner != 0 ? slot.object.owner : change.owner;
}

catalog::ObjectState new_object(const ChangeContext& context, const PutName& effect) {
    catalog::ContentId content = 0;
    std::uint64_t size = 0;
    Etag etag{md5({}), 0};
    if (effect.content) {
        content = effect.content->draft.commit(context.history.scope);
        size = effect.content->draft.size_bytes();
        etag = effect.content->etag;
    }
    const catalog::UserId owner = owner_of(context, effect.slot);
    catalog::ObjectState object = make_state(context.history, size, etag, content, owner);
    object.sealed_attributes = new_attributes(context.engine, effect.content_type);
    return object;
}

/// The same bytes as a new version, or as they are where no versions are kept.
catalog::ObjectState moved_object(const HistoryContext& context,
                                  const catalog::ObjectState& object) {
    if (!context.bucket.keeps_history())
        return object;
    catalog::ObjectState moved = make_state(context,
                                            static_cast<std::uint64_t>(object.size),
                                            reveal_etag(context.keyring, object),
                                            object.content,
                                            object.owner);
    moved.profile = object.profile;
    moved.sealed_attributes = object.sealed_attributes;
    return moved;
}

}  // namespace

std::optional<catalog::ObjectState> object_of(catalog::Snapshot& snapshot, catalog::Ino ino) {
    if (const auto inode = catalog::find_inode(snapshot, ino);
        inode && inode->object.version_seq != 0)
        return inode->object;
    const std::vector<catalog::Slot> slots = catalog::slots_of_inode(snapshot, ino, 1);
    if (slots.empty() || slots.front().object.version_seq == 0)
        return std::nullopt;
    return slots.front().object;
}

void put_name(const ChangeContext& change, const PutName& effect) {
    const HistoryContext& context = change.history;
    catalog::Transaction& rows = context.scope.rows();
    const std::optional<catalog::Slot> replaced =
        catalog::find_slot(rows, effect.slot.parent, effect.slot.name);
    if (replaced && effect.keep_replaced)
        make_inode_row(rows, context.bucket, *replaced);
    NamedSlot named{effect.slot, key_for(context, effect.slot.parent, effect.slot.name)};
    if (!named.slot.is_directory()) {
        auto existing = object_of(rows, named.slot.ino);
        if (existing)
            existing->owner = owner_of(change, named.slot);
        named.slot.object =
            existing ? moved_object(context, *existing) : new_object(change, effect);
        if (!existing || effect.moves)
            set_object(rows, named.slot.ino, named.slot.object);
    } else if (named.slot.object.modified == Timestamp{}) {
        named.slot.object.modified = context.scope.now();
        if (named.slot.object.owner == 0)
            named.slot.object.owner = change.owner;
        named.slot.object.profile = context.bucket.profile;
    }
    put_named_slot(context, named, replaced);
}

void drop_name(const ChangeContext& change, const DropName& effect) {
    const HistoryContext& context = change.history;
    catalog::Transaction& rows = context.scope.rows();
    std::optional<catalog::Slot> slot =
        catalog::find_slot(rows, effect.slot.parent, effect.slot.name);
    if (!slot || slot->ino != effect.slot.ino)
        return;
    if (effect.keep_inode)
        make_inode_row(rows, context.bucket, *slot);
    remove_name(context, {*slot, key_for(context, slot->parent, slot->name)});
}

void drop_marker(const ChangeContext& change, const DropMarker& effect) {
    const HistoryContext& context = change.history;
    const std::vector<catalog::Slot> slots =
        catalog::slots_of_inode(context.scope.rows(), effect.directory, 1);
    if (slots.empty() || !slots.front().has(catalog::SlotFlags::directory_object))
        return;
    const catalog::Slot& slot = slots.front();
    std::ignore = remove_directory_object(
        context, {slot, key_for(context, slot.parent, slot.name)});  // nobody asks for the marker
}

void publish(const ChangeContext& change, const Publish& effect) {
    const HistoryContext& context = change.history;
    catalog::Transaction& rows = context.scope.rows();
    const std::vector<catalog::Slot> slots = catalog::slots_of_inode(rows, effect.ino, names_limit);
    std::optional<catalog::ObjectState> before = object_of(rows, effect.ino);
    if (before)
        before->owner = slots.empty() ? change.owner : owner_of(change, slots.front());
    const catalog::ContentId content = effect.content.draft.commit(context.scope);
    if (before && makes_no_version(context, *before, content)) {
        effect.result->object = *before;
        effect.result->made_version = is_of_session(effect.supersedes, before->version_seq);
        return;
    }
    catalog::ObjectState object = make_state(context,
                                             effect.content.draft.size_bytes(),
                                             effect.content.etag,
                                             content,
                                             before ? before->owner : change.owner);
    object.profile = effect.profile;
    if (before)
        object.sealed_attributes = published_attributes(change.engine, *before);
    for (const catalog::Slot& slot : slots) {
        NamedSlot named{slot, key_for(context, slot.parent, slot.name)};
        named.slot.object = object;
        const auto previous = find_current_version(rows, context.bucket, named.key, slot);
        const bool replaces = previous && previous->ino == effect.ino &&
                              is_draft(context, *previous, effect.supersedes);
        put_named_slot(context, named, slot);
        // Where versioning is suspended the null version may have gone already.
        if (replaces &&
            catalog::find_version(rows, context.bucket.id, named.key, previous->object.version_seq))
            erase_version(context, *previous);
    }
    set_object(rows, effect.ino, object);
    effect.result->object = object;
    effect.result->made_version = true;
}

}  // namespace alexander::files
