#include "store/files/pending_names.h"

#include <algorithm>
#include <iterator>

namespace alexander::files {
namespace {

bool is_copy(const KnownInode& known, QueueNumber durable) {
    return known.number <= durable && known.handles == 0 && !known.orphan;
}

}  // namespace

KnownName* PendingNames::find_name(catalog::Ino parent, std::string_view name) {
    const auto directory = directories_.find(parent);
    if (directory == directories_.end())
        return nullptr;
    const auto found = directory->second.names.find(name);
    return found == directory->second.names.end() ? nullptr : &found->second;
}

void PendingNames::put(catalog::Ino parent, std::string_view name, KnownName known) {
    Directory& directory = directories_[parent];
    auto found = directory.names.find(name);
    if (found == directory.names.end()) {
        found = directory.names.emplace(std::string(name), KnownName{}).first;
        ++name_count_;
    } else if (found->second.slot) {
        directory.rows.erase(found->second.slot->row_id);
    }
    if (known.slot)
        directory.rows.insert_or_assign(known.slot->row_id, found->first);
    found->second = std::move(known);
}

void PendingNames::erase(Directory& directory,
                         std::map<std::string, KnownName, std::less<>>::iterator name) {
    if (name->second.slot)
        directory.rows.erase(name->second.slot->row_id);
    directory.names.erase(name);
}

void PendingNames::put_name(const catalog::Slot& slot, QueueNumber number) {
    put(slot.parent, slot.name, KnownName{slot, number});
}

void PendingNames::put_absence(catalog::Ino parent, std::string_view name, QueueNumber number) {
    put(parent, name, KnownName{std::nullopt, number});
}

const PendingNames::Directory* PendingNames::names_in(catalog::Ino parent) const {
    const auto directory = directories_.find(parent);
    return directory == directories_.end() ? nullptr : &directory->second;
}

KnownInode* PendingNames::find_inode(catalog::Ino ino) {
    const auto found = inodes_.find(ino);
    return found == inodes_.end() ? nullptr : &found->second;
}

KnownInode& PendingNames::put_inode(KnownInode known) {
    const catalog::Ino ino = known.inode.ino;
    return inodes_.insert_or_assign(ino, std::move(known)).first->second;
}

void PendingNames::erase_inode(catalog::Ino ino) {
    inodes_.erase(ino);
}

void PendingNames::forget_name(catalog::Ino parent, std::string_view name, QueueNumber durable) {
    const auto directory = directories_.find(parent);
    if (directory == directories_.end())
        return;
    const auto found = directory->second.names.find(name);
    if (found == directory->second.names.end() || found->second.number > durable)
        return;
    erase(directory->second, found);
    --name_count_;
    if (directory->second.names.empty())
        directories_.erase(directory);
}

void PendingNames::forget_inode(catalog::Ino ino, QueueNumber durable) {
    const auto found = inodes_.find(ino);
    if (found != inodes_.end() && is_copy(found->second, durable))
        inodes_.erase(found);
}

void PendingNames::forget_copies(QueueNumber durable) {
    for (auto directory = directories_.begin(); directory != directories_.end();) {
        auto& names = directory->second.names;
        for (auto name = names.begin(); name != names.end();) {
            const auto next = std::next(name);
            if (name->second.number <= durable) {
                erase(directory->second, name);
                --name_count_;
            }
            name = next;
        }
        directory = names.empty() ? directories_.erase(directory) : std::next(directory);
    }
    std::erase_if(inodes_, [durable](const auto& entry) { return is_copy(entry.second, durable); });
}

void PendingNames::trim(QueueNumber durable) {
    if (size() <= std::max(limit_, trim_at_))
        return;
    forget_copies(durable);
    // What is left is queued or open: do not look again until it has grown by half.
    trim_at_ = size() + size() / 2;
}

void PendingNames::for_each_inode(const std::function<void(KnownInode&)>& visit) {
    for (auto& entry : inodes_)
        visit(entry.second);
}

}  // namespace alexander::files
