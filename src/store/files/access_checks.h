// What the mount asks S3's policies before it does something.
// The table of operations and actions: docs/s3.md, "The mount".
#pragma once

#include "access/action.h"
#include "store/files/tree_view.h"

#include <string_view>

namespace alexander::files {

/// All throw access_denied. Nothing is asked of administrators and of owners of buckets without
/// documents, for whom these cost a few instructions.

/// May look at a name in the directory: who may list the directory, or read, write or delete the
/// object.
/// `found`: what the name leads to; nullptr: nothing, which only those learn who may list or write.
/// Directories may be passed by anybody.
void check_look(TreeView& view,
                KnownInode& directory,
                std::string_view name,
                const catalog::Slot* found);

/// The same for an inode that was found before, by any of its names.
void check_look(TreeView& view, KnownInode& known);

/// May list the directory.
void check_list(TreeView& view, KnownInode& directory);

/// True if the bucket is shown in the root of all: to its owner, and to those who may list it.
[[nodiscard]] bool may_see(TreeView& view, const catalog::Bucket& bucket);

/// May do that to what has, or will have, the piece as its name in the directory.
void check_name(TreeView& view, KnownInode& directory, std::string_view piece, Action action);

/// May do that to an inode: a change to all of its names, anything else to one of them. One that
/// no name leads to is only reached by those who have it open.
void check_inode(TreeView& view, KnownInode& known, Action action);

/// May do that to the bucket itself.
void check_bucket(TreeView& view, const catalog::Bucket& bucket, Action action);

/// Whose an object is that the mount makes in the bucket.
[[nodiscard]] catalog::UserId owner_of_new(TreeView& view, catalog::BucketId bucket);

/// May move the directory with all that is below it. Throws cross_device where each key below must
/// be asked for: tools then move file by file.
void check_directory_move(TreeView& view,
                          KnownInode& from,
                          std::string_view from_piece,
                          KnownInode& to,
                          std::string_view to_piece);

}  // namespace alexander::files
