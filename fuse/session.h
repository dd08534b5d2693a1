// The connection with the kernel: mounted while it lives.
#pragma once

#include "fuse/mount_context.h"
#include "fuse/mount_keeper.h"

#include <memory>

namespace alexander::fuse {

/// Owns libfuse's session. run() belongs to the thread that made it; end() may come from any other.
class FuseSession {
public:
    /// Mounts, as `keeper` plans. Throws what MountKeeper::mount throws.
    FuseSession(MountContext& mount, MountKeeper& keeper);

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

    [[nodiscard]] bool is_mounted() const;
    void unmount_anyway();

    MountContext& mount_;
    MountKeeper& keeper_;  // end() asks it only while run() runs, the destructor afterwards
    bool is_detached_ = false;
    const pthread_t runner_;
    std::unique_ptr<fuse_session, Destroyer> session_;
};

}  // namespace alexander::fuse
