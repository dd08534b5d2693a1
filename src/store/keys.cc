#include "store/keys.h"

#include "base/error.h"
#include "store/change_rows.h"

namespace alexander {
namespace {

catalog::Slot make_directory(catalog::Transaction& transaction,
                             const catalog::Bucket& bucket,
                             catalog::Ino parent,
                             std::string_view name,
                             Timestamp now) {
    catalog::Slot slot;
    slot.parent = parent;
    slot.name = name;
    slot.row_id = transaction.next_id(catalog::IdKind::slot_row);
    slot.ino = transaction.next_id(catalog::IdKind::ino);
    slot.bucket = bucket.id;
    slot.kind = catalog::FileKind::directory;
    slot.flags = escape_flag(transaction, parent, name);
    slot.object.modified = now;
    slot.object.owner = bucket.owner;
    slot.object.profile = bucket.profile;
    catalog::put_slot(transaction, slot);
    log_slot(transaction, catalog::ChangeKind::slot_put, slot);
    return slot;
}

bool stays_without_names(const catalog::Slot& directory) {
    return directory.has(catalog::SlotFlags::explicit_directory |
                         catalog::SlotFlags::directory_object);
}

}  // namespace

std::vector<std::string_view> split_key(std::string_view key) {
    std::vector<std::string_view> pieces;
    while (!key.empty()) {
        const std::size_t slash = key.find('/');
        const std::size_t size = slash == std::string_view::npos ? key.size() : slash + 1;
        pieces.push_back(key.substr(0, size));
        key.remove_prefix(size);
    }
    return pieces;
}

ResolvedKey resolve_key(catalog::Snapshot& snapshot,
                        const catalog::Bucket& bucket,
                        std::string_view key) {
    const std::vector<std::string_view> pieces = split_key(key);
    ResolvedKey resolved;
    resolved.pieces = pieces.size();
    catalog::Ino parent = bucket.root_ino;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        std::optional<catalog::Slot> slot = catalog::find_slot(snapshot, parent, pieces[i]);
        if (!slot)
            break;
        if (i + 1 == pieces.size()) {
            resolved.slot = std::move(slot);
        } else {
            parent = slot->ino;
            resolved.directories.push_back(std::move(*slot));
        }
    }
    return resolved;
}

std::string key_of(catalog::Snapshot& snapshot,
                   const catalog::Bucket& bucket,
                   catalog::Ino parent,
                   std::string_view name) {
    std::vector<std::string> names{std::string(name)};
    while (parent != bucket.root_ino) {
        std::vector<catalog::Slot> slots = catalog::slots_of_inode(snapshot, parent, 1);
        if (slots.empty())
            throw Error(ErrorCode::no_such_file,
                        "directory " + std::to_string(parent) + " has no name");
        names.push_back(std::move(slots.front().name));
        parent = slots.front().parent;
    }
    std::string key;
    for (auto piece = names.rbegin(); piece != names.rend(); ++piece)
        key += *piece;
    return key;
}

std::uint32_t escape_flag(catalog::Snapshot& snapshot, catalog::Ino parent, std::string_view name) {
    std::string twin(name);
    if (twin.ends_with('/'))
        twin.pop_back();
    else
        twin.push_back('/');
    if (twin.empty())
        return 0;
    const std::optional<catalog::Slot> other = catalog::find_slot(snapshot, parent, twin);
    const bool plain_is_taken = other && !other->has(catalog::SlotFlags::escaped);
    return plain_is_taken ? catalog::SlotFlags::escaped : 0;
}

catalog::Ino make_parents(catalog::Transaction& transaction,
                          const catalog::Bucket& bucket,
                          std::string_view key,
                          const ResolvedKey& resolved,
                          Timestamp now) {
    const std::vector<std::string_view> pieces = split_key(key);
    catalog::Ino parent =
        resolved.directories.empty() ? bucket.root_ino : resolved.directories.back().ino;
    for (std::size_t i = resolved.directories.size(); i + 1 < pieces.size(); ++i)
        parent = make_directory(transaction, bucket, parent, pieces[i], now).ino;
    return parent;
}

void prune_parents(catalog::Transaction& transaction,
                   const catalog::Bucket& /*bucket*/,
                   const std::vector<catalog::Slot>& directories) {
    for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
        if (stays_without_names(*directory) || catalog::has_slots(transaction, directory->ino))
            return;
        catalog::delete_slot(transaction, directory->parent, directory->name);
        log_slot(transaction, catalog::ChangeKind::slot_removed, *directory);
    }
}

}  // namespace alexander
