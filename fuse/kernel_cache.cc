#include "fuse/kernel_cache.h"

#include <tuple>

namespace alexander::fuse {

// What the kernel does not know it answers with ENOENT: nothing to forget.

void FuseKernelCache::invalidate_entry(catalog::Ino parent, std::string_view name) {
    std::ignore = fuse_lowlevel_notify_inval_entry(
        &session_, mount_.to_kernel(parent), name.data(), name.size());
}

void FuseKernelCache::invalidate_inode(catalog::Ino ino) {
    constexpr off_t attributes_only = -1;
    std::ignore =
        fuse_lowlevel_notify_inval_inode(&session_, mount_.to_kernel(ino), attributes_only, 0);
}

}  // namespace alexander::fuse
