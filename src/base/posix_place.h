// Paths below a root, walked part by part. Only for src/base/posix_*.cc.
#pragma once

#include "base/unique_fd.h"

#include <string>

namespace alexander::posix_place {

/// A folder held open and the name of an entry in it, so that no call resolves more than a name.
struct Place {
    UniqueFd folder;  // empty: the root
    std::string name;
    int os_errno = 0;  // why the folder could not be opened

    [[nodiscard]] int folder_or(const UniqueFd& root) const {
        return folder ? folder.get() : root.get();
    }
};

/// Opens the folder of `path` below `root`, following no symbolic link. Throws invalid_argument for
/// a path that is absolute, empty in a part, or contains `.`, `..` or a zero byte.
[[nodiscard]] Place find_place(const UniqueFd& root, const std::string& path);

/// As find_place, but throws a folder that cannot be opened as well.
[[nodiscard]] Place get_place(const UniqueFd& root, const std::string& path);

struct OpenedFolder {
    UniqueFd fd;
    int os_errno;
};

/// Opens the folder `path` itself; `.` and the empty path are the root.
[[nodiscard]] OpenedFolder open_folder(const UniqueFd& root, const std::string& path);

}  // namespace alexander::posix_place
