// What a queued operation of the mount does to the catalog, as data.
// Each effect is absolute: applying it twice is applying it once.
#pragma once

#include "store/content.h"
#include "store/engine.h"
#include "store/files/publication.h"
#include "store/object_types.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace alexander::files {

/// Bytes that a name or inode gets.
struct NewContent {
    ContentDraft draft;
    Etag etag;
};

/// slot := ino. The object's columns are found in stage B: those of the inode, or of a new object.
struct PutName {
    catalog::Slot slot;
    bool replaces = false;              // a name that leads somewhere already
    bool keep_replaced = false;         // the inode that it led to is needed further on
    bool moves = false;                 // the name is the inode's new one, not one more
    std::optional<NewContent> content;  // of a new object; none: empty
    std::string content_type;           // of a new object; empty: none
};

/// Removes the slot if it holds `slot.ino`.
struct DropName {
    catalog::Slot slot;
    bool keep_inode = false;
};

/// The directory's own `d/` object goes, the directory stays.
struct DropMarker {
    catalog::BucketId bucket = 0;
    catalog::Ino directory = 0;
};

/// Attributes of the inode; what it says of its object stays.
struct PutInode {
    catalog::Inode inode;
};

/// The inode goes with its last name; where versions are kept its row stays for them.
struct DropInode {
    catalog::Ino ino = 0;
};

/// Sets and clears bits of a slot.
struct ChangeFlags {
    catalog::Slot slot;
    std::uint32_t set = 0;
    std::uint32_t clear = 0;
};

/// content of ino := draft, under all its names.
struct Publish {
    catalog::Ino ino = 0;
    catalog::BucketId bucket = 0;
    NewContent content;
    std::uint8_t profile = 0;
    std::shared_ptr<Publication> result;
    std::shared_ptr<const Publication> supersedes;  // of the same write session, if there was one
};

/// Keeps an inode that no name leads to while this process lives.
struct HoldInode {
    catalog::Ino ino = 0;
    bool hold = true;
};

/// Keeps a content that S3 has replaced while a file is open on it.
struct HoldContent {
    catalog::ContentId content = 0;
    bool hold = true;
};

/// In a bucket with history: every object below the directories gets a version at its new key,
/// after all of them have got a delete marker at the old one. The slots have not been moved yet.
struct MoveHistory {
    struct Move {
        catalog::Slot slot;
        catalog::Ino new_parent = 0;
        std::string new_name;
    };

    catalog::BucketId bucket = 0;
    std::vector<Move> moves;  // two for an exchange
};

using Effect = std::variant<PutName,
                            DropName,
                            DropMarker,
                            PutInode,
                            DropInode,
                            ChangeFlags,
                            Publish,
                            HoldInode,
                            HoldContent,
                            MoveHistory>;
using Effects = std::vector<Effect>;

/// Runs in stage B. `owner` owns new objects.
void apply_effects(CommitScope& scope,
                   const Engine& engine,
                   catalog::UserId owner,
                   const Effects& effects);

/// How many names lie below a directory, as far as `limit`.
[[nodiscard]] std::size_t count_names(catalog::Snapshot& snapshot,
                                      catalog::Ino directory,
                                      std::size_t limit);

}  // namespace alexander::files
