#include "catalog/inodes.h"
#include "catalog/slots.h"
#include "store/files/object_changes.h"
#include "store/files/version_sessions.h"
#include "store/keys.h"

namespace alexander::files {
namespace {

constexpr std::size_t scan_batch = 256;

struct MovedObject {
    catalog::Slot slot;
    std::string old_key;
    std::string new_key;
};

/// Below `directory`; recursion is as deep as the path, which the kernel limits.
void collect(catalog::Transaction& rows,
             catalog::Ino directory,
             const std::string& old_prefix,
             const std::string& new_prefix,
             std::vector<MovedObject>& found) {
    catalog::SlotRow after = 0;
    for (;;) {
        const std::vector<catalog::Slot> slots =
            catalog::scan_directory(rows, directory, after, scan_batch);
        for (const catalog::Slot& slot : slots) {
            after = slot.row_id;
            if (is_object(slot))
                found.push_back({slot, old_prefix + slot.name, new_prefix + slot.name});
            if (slot.is_directory())
                collect(rows, slot.ino, old_prefix + slot.name, new_prefix + slot.name, found);
        }
        if (slots.size() < scan_batch)
            return;
    }
}

void put_at_new_key(const HistoryContext& context, const MovedObject& moved) {
    catalog::Transaction& rows = context.scope.rows();
    catalog::Slot slot = moved.slot;
    const catalog::ObjectState before = slot.object;
    slot.object = make_state(context,
                             static_cast<std::uint64_t>(before.size),
                             reveal_etag(context.keyring, before),
                             before.content,
                             before.owner);
    slot.object.profile = before.profile;
    slot.object.sealed_attributes = before.sealed_attributes;
    if (auto inode = catalog::find_inode(rows, slot.ino); inode && !slot.is_directory()) {
        inode->object = slot.object;
        catalog::put_inode(rows, *inode);
    }
    put_named_slot(context, {slot, moved.new_key}, std::nullopt);
}

}  // namespace

void move_history(const ChangeContext& change, const MoveHistory& effect) {
    const HistoryContext& context = change.history;
    if (!context.bucket.keeps_history())
        return;
    catalog::Transaction& rows = context.scope.rows();
    std::vector<MovedObject> moved;  // a few thousand at most: who plans the move has counted them
    for (const MoveHistory::Move& move : effect.moves)
        collect(rows,
                move.slot.ino,
                key_of(rows, context.bucket, move.slot.parent, move.slot.name),
                key_of(rows, context.bucket, move.new_parent, move.new_name),
                moved);
    // Of an exchange, one's new key may be the other's old one: the marker comes first.
    for (const MovedObject& object : moved)
        remove_name(context, {object.slot, object.old_key});
    for (const MovedObject& object : moved)
        put_at_new_key(context, object);
}

std::size_t count_names(catalog::Snapshot& snapshot, catalog::Ino directory, std::size_t limit) {
    std::size_t count = 0;
    catalog::SlotRow after = 0;
    while (count < limit) {
        const std::vector<catalog::Slot> slots =
            catalog::scan_directory(snapshot, directory, after, scan_batch);
        for (const catalog::Slot& slot : slots) {
            after = slot.row_id;
            ++count;
            if (slot.is_directory() && count < limit)
                count += count_names(snapshot, slot.ino, limit - count);
        }
        if (slots.size() < scan_batch)
            break;
    }
    return count;
}

}  // namespace alexander::files
