// What the mounted tree tells the kernel to forget.
#pragma once

#include "catalog/types.h"

#include <string_view>

namespace alexander::files {

/// Implemented by the daemon. Called from a thread of its own, with no lock held. A call may wait
/// for requests that the kernel has sent to the daemon.
class KernelCache {
public:
    virtual ~KernelCache() = default;

    /// The name no longer leads, or now leads, to something else.
    virtual void invalidate_entry(catalog::Ino parent, std::string_view name) = 0;

    /// Attributes (not data) of the inode are stale.
    virtual void invalidate_inode(catalog::Ino ino) = 0;
};

}  // namespace alexander::files
