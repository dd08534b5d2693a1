// What every request handler works with.
#pragma once

#include "base/logging.h"
#include "fuse/directory_ends.h"
#include "fuse/operation_meters.h"
#include "fuse/owner_view.h"
#include "fuse/protocol.h"
#include "store/files/file_tree.h"

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <functional>

namespace alexander::fuse {

struct MountOptions {
    bool writeback_cache = false;
    std::chrono::milliseconds attribute_timeout{1000};
    OwnerView view{};
    std::string own_arguments{};  // what a remount may not change, for the mount helpers
};

/// Lives longer than the session. Handlers of any thread use it at any time.
struct MountContext {
    files::FileTree& tree;
    Logger& log;
    const MountOptions options;
    std::function<bool()> is_lagging;  // then the kernel is told to keep nothing
    DirectoryEnds directory_ends{};
    fuse_lowlevel_ops handlers{};  // set before the session begins
    OperationMeters meters{};
    std::atomic<bool> has_acls{false};  // the kernel enforces ACLs and leaves the umask to us

    /// The kernel calls the mount's root 1.
    [[nodiscard]] catalog::Ino to_tree(fuse_ino_t node) const {
        return node == FUSE_ROOT_ID ? tree.root() : static_cast<catalog::Ino>(node);
    }

    /// The same for what is about to change it: throws EROFS for what belongs to the past.
    [[nodiscard]] catalog::Ino to_changeable(fuse_ino_t node) const {
        const catalog::Ino ino = to_tree(node);
        if (files::is_past(ino))
            files::refuse_change_of_past();
        return ino;
    }

    [[nodiscard]] fuse_ino_t to_kernel(catalog::Ino ino) const {
        return ino == tree.root() ? FUSE_ROOT_ID : static_cast<fuse_ino_t>(ino);
    }

    /// Gives back references of the kernel.
    void forget(catalog::Ino ino, std::uint64_t count) const {
        if (files::is_past(ino))
            tree.past().forget(ino, count);
        else
            tree.names().forget(ino, count);
    }

    /// Seconds for which the kernel may answer without asking.
    [[nodiscard]] double timeout() const {
        return is_lagging() ? 0.0
                            : std::chrono::duration<double>(options.attribute_timeout).count();
    }

    [[nodiscard]] struct stat to_stat(const files::Attributes& attributes) const;
    [[nodiscard]] fuse_entry_param to_entry(const files::Attributes& attributes) const;
};

[[nodiscard]] MountContext& context_of(fuse_req_t request);

/// The caller's identity for what the request makes.
[[nodiscard]] files::Caller caller_of(fuse_req_t request);

/// st_mode's type bits.
[[nodiscard]] mode_t type_bits(catalog::FileKind kind);

}  // namespace alexander::fuse
