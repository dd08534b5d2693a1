// Owner, mode and times of what the mount shows of the past.
// Rules: docs/design/history.md, "Who may read it".
#pragma once

#include "store/files/tree_view.h"
#include "store/past.h"

#include <string_view>

namespace alexander::files {

/// The name of a key as the mount shows it now; nothing if it leads nowhere.
[[nodiscard]] std::optional<catalog::Slot> find_live(TreeView& view,
                                                     const catalog::Bucket& bucket,
                                                     std::string_view key);

/// An inode that says how an object of the past looks: owner and mode of the live file of that key,
/// else those that the version's own had last. Extended attributes open under its `ino`.
[[nodiscard]] catalog::Inode look_of_object(TreeView& view,
                                            const catalog::Bucket& bucket,
                                            const catalog::Version& version);

/// Likewise for a directory: the live one's, or, of one that is gone, rwx for the owner of the
/// nearest that is left and nobody else.
[[nodiscard]] catalog::Inode look_of_directory(TreeView& view,
                                               const catalog::Bucket& bucket,
                                               std::string_view key);

/// Which of an object and a directory of one name had the plain one. To be asked where both were.
[[nodiscard]] Yields past_yields(TreeView& view,
                                 const catalog::Bucket& bucket,
                                 std::string_view directory,
                                 std::string_view piece);

}  // namespace alexander::files
