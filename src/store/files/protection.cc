#include "store/files/protection.h"

#include "base/error.h"
#include "catalog/versions.h"
#include "store/bucket_access.h"

namespace alexander::files {

void check_unlocked(TreeView& view, const catalog::Inode& inode) {
    const auto bucket = view.state().buckets.find(inode.bucket);
    if (bucket == view.state().buckets.end() || !bucket->second.object_lock)
        return;
    const catalog::Ino ino = inode.ino & ~marker_bit;
    if (catalog::is_locked(view.snapshot(), ino, view.core().engine.clock.now().seconds))
        throw Error(ErrorCode::not_permitted,
                    "inode " + std::to_string(ino) + " is under object lock");
}

void check_movable(const catalog::Bucket* bucket) {
    if (bucket != nullptr && bucket->object_lock)
        throw Error(ErrorCode::cross_device, "a directory of a bucket with object lock");
}

void check_readable(TreeView& view, const catalog::Inode& inode) {
    const std::optional<Bytes>& sealed = inode.object.sealed_attributes;
    if (sealed && open_attributes(view.core().engine.keyring, sealed).customer)
        throw Error(ErrorCode::access_denied,
                    "inode " + std::to_string(inode.ino) + " is under a customer's key");
}

}  // namespace alexander::files
