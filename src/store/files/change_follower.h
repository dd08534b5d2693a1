// Tells the kernel what other processes changed.
// Protocol: docs/design/mount.md, "Coherence".
#pragma once

#include "store/files/kernel_cache.h"
#include "store/files/tree_core.h"

#include <thread>
#include <vector>

namespace alexander::files {

/// Follows the change log on a thread of its own: the mount's memory first, then the kernel, then
/// it tells the writers, who wait for that.
class ChangeFollower {
public:
    /// Starts after commit `from`.
    ChangeFollower(TreeCore& core, KernelCache& kernel, catalog::CommitSeq from);

    /// Stops the thread.
    ~ChangeFollower();
    ChangeFollower(const ChangeFollower&) = delete;
    ChangeFollower& operator=(const ChangeFollower&) = delete;

private:
    void run() noexcept;
    void follow();
    void tell(const catalog::Change& change);
    void tell_of_access(const std::vector<catalog::Change>& changes);
    void hold_replaced();

    TreeCore& core_;
    KernelCache& kernel_;
    catalog::CommitSeq seen_;
    bool was_enabled_ = true;  // the mount's user, when the kernel was told last
    std::thread thread_;       // last: it uses everything above
};

}  // namespace alexander::files
