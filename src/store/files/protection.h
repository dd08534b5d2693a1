// What the mount must leave as it is: versions under object lock, bytes under a customer's key.
#pragma once

#include "store/files/tree_view.h"

namespace alexander::files {

/// Throws not_permitted if the current version of any name of the inode is locked.
void check_unlocked(TreeView& view, const catalog::Inode& inode);

/// Throws cross_device if directories of the bucket are renamed name by name only.
void check_movable(const catalog::Bucket* bucket);

/// Throws access_denied if only the holder of a key can read or write the bytes.
void check_readable(TreeView& view, const catalog::Inode& inode);

}  // namespace alexander::files
