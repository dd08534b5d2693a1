// What the mount knows of names and inodes without asking the catalog: everything that is queued,
// and a bounded copy of what was read.
#pragma once

#include "catalog/types.h"
#include "store/files/publication.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace alexander::files {

/// What a name leads to. Without a slot it is known to lead nowhere.
struct KnownName {
    std::optional<catalog::Slot> slot;
    QueueNumber number = 0;  // of the last change; 0: only read
};

/// A directory and the piece of a key in it.
using KnownPlace = std::pair<catalog::Ino, std::string>;

/// An inode as the mount shows it: size and times include what is not published yet.
struct KnownInode {
    catalog::Inode inode;
    QueueNumber number = 0;
    std::int64_t subdirectories = -1;       // of a directory, -1 while nobody has counted
    std::int64_t allocated_bytes = -1;      // -1: nobody has counted
    int handles = 0;                        // open files; while there are any, the entry stays
    int writers = 0;                        // of them, those that may write
    std::optional<catalog::Slot> implicit;  // of a directory that only its contents keep alive
    bool orphan = false;                    // no name leads to it any more
    bool held = false;                      // the catalog has a hold for it
    bool in_catalog = true;                 // false: S3 replaced it, only open files still see it
    std::shared_ptr<Publication> publication;  // the last one queued, until it was taken over
    std::set<KnownPlace> places;  // names that were queued for it, where policies ask for keys
};

/// One thread at a time.
///
/// An entry whose number is above `durable` (the highest number of which it and all before are
/// durable) is the truth and stays; the others are copies that may go at any time.
class PendingNames {
public:
    struct Directory {
        std::map<std::string, KnownName, std::less<>> names;
        std::map<catalog::SlotRow, std::string> rows;  // of the names that lead somewhere
    };

    /// `limit`: how many entries are kept when they are only copies.
    explicit PendingNames(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] KnownName* find_name(catalog::Ino parent, std::string_view name);
    void put_name(const catalog::Slot& slot, QueueNumber number);
    void put_absence(catalog::Ino parent, std::string_view name, QueueNumber number);

    /// All known names of a directory; nullptr if there are none.
    [[nodiscard]] const Directory* names_in(catalog::Ino parent) const;

    [[nodiscard]] KnownInode* find_inode(catalog::Ino ino);
    KnownInode& put_inode(KnownInode known);
    void erase_inode(catalog::Ino ino);

    /// Somebody else changed it: what is not queued by us is forgotten.
    void forget_name(catalog::Ino parent, std::string_view name, QueueNumber durable);
    void forget_inode(catalog::Ino ino, QueueNumber durable);
    void forget_copies(QueueNumber durable);

    /// Makes room when there are more entries than the limit. References may become invalid.
    void trim(QueueNumber durable);

    [[nodiscard]] std::size_t size() const { return name_count_ + inodes_.size(); }

    [[nodiscard]] std::size_t name_count() const { return name_count_; }

    /// Visits every inode that is kept for a reason other than being a copy.
    void for_each_inode(const std::function<void(KnownInode&)>& visit);

private:
    void put(catalog::Ino parent, std::string_view name, KnownName known);
    static void erase(Directory& directory,
                      std::map<std::string, KnownName, std::less<>>::iterator name);

    const std::size_t limit_;
    std::size_t trim_at_ = 0;
    std::size_t name_count_ = 0;
    std::unordered_map<catalog::Ino, Directory> directories_;
    std::unordered_map<catalog::Ino, KnownInode> inodes_;
};

}  // namespace alexander::files
