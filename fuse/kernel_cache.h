// Tells the kernel which names and attributes to forget.
#pragma once

#include "fuse/mount_context.h"
#include "store/files/kernel_cache.h"

namespace alexander::fuse {

/// Any thread may call any method at any time but a request handler, which would wait for itself.
class FuseKernelCache final : public files::KernelCache {
public:
    /// Both must outlive it.
    FuseKernelCache(fuse_session& session, const MountContext& mount)
        : session_(session), mount_(mount) {}

    void invalidate_entry(catalog::Ino parent, std::string_view name) override;
    void invalidate_inode(catalog::Ino ino) override;

private:
    fuse_session& session_;
    const MountContext& mount_;
};

}  // namespace alexander::fuse
