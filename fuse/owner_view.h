// Owner and permissions as the mount shows them, where they differ from what is stored.
#pragma once

#include <sys/stat.h>

#include <optional>

namespace alexander::fuse {

/// What `-o uid=,gid=,umask=` ask for. Nothing that is stored changes: a file that is made or given
/// away through such a mount keeps its true owner and mode, and another mount shows them.
struct OwnerView {
    std::optional<uid_t> uid{};
    std::optional<gid_t> gid{};
    /// Directories get rwx for everybody and files rw, and x if their own mode has any; less this.
    std::optional<mode_t> umask{};

    [[nodiscard]] bool changes_anything() const { return uid || gid || umask; }

    /// The setuid and setgid bits of files are never shown with a umask; the mount ignores them.
    void apply(struct stat& attributes) const;
};

}  // namespace alexander::fuse
