// The keys that inodes of the mounted tree have now, in memory and catalog.
#pragma once

#include "store/files/tree_view.h"

#include <string>
#include <vector>

namespace alexander::files {

/// The key of a directory, with its `/`; empty for a bucket's root. Throws no_such_file (ESTALE) if
/// no name leads to it any more.
[[nodiscard]] std::string key_of_directory(TreeView& view, catalog::Ino directory);

/// All keys of an inode: several for a file with hard links, none for one without names. A
/// directory's body has the key of the directory.
[[nodiscard]] std::vector<std::string> keys_of(TreeView& view, catalog::Ino ino);

}  // namespace alexander::files
