// The connection with the kernel: mounted while it lives.
#pragma once

#include "fuse/mount_context.h"

#include <memory>

namespace alexander::fuse {

/// Owns libfuse's session. run() belongs to the thread that made it; end() may come from any other.
class FuseSession {
public:
    /// Mounts. A dead mount in the way is taken away first. Throws not_permitted or device_error
    /// saying what is missing (/dev/fuse, root, the folder).
    explicit FuseSession(MountContext& mount);

    /// Unmounts, even if files are open.
    ~FuseSession();
    FuseSession(const FuseSession&) = delete;
    FuseSession& operator=(const FuseSession&) = delete;

    [[nodiscard]] fuse_session& raw() noexcept { return *session_; }

    /// Answers requests until the mount is gone or end() was called.
    void run();

    /// Unmounts; if files are open still, cuts them off after what they have written was taken.
    void end();

private:
    struct Destroyer {
        void operator()(fuse_session* session) const noexcept { fuse_session_destroy(session); }
    };

    void mount_it();

    MountContext& mount_;
    const pthread_t runner_;
    std::unique_ptr<fuse_session, Destroyer> session_;
};

/// Takes away what a daemon that died has left at the mount point. True if there was something.
bool remove_dead_mount(const std::string& mount_point);

/// The options that mount(2) is called with.
[[nodiscard]] std::string kernel_options(const MountOptions& options);

}  // namespace alexander::fuse
