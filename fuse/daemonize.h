// Leaving the terminal, once the mount is live.
#pragma once

#include "base/unique_fd.h"

namespace alexander::fuse {

/// Goes into the background. The process that was started stays until the one that serves says how
/// it went, then ends with its word.
class Background {
public:
    /// Forks; only the new process returns. Call before anything starts a thread. The waiting
    /// process ends with `failure_status` when this one ends without succeeded().
    [[nodiscard]] static Background start(int failure_status);

    /// The mount is live: the waiting process ends with 0, and this one lets go of the terminal and
    /// of whoever reads its output. What it logs from now on goes to the journal, unless standard
    /// error is a file or a socket: then it stays there.
    void succeeded();

private:
    explicit Background(UniqueFd report) : report_(std::move(report)) {}

    UniqueFd report_;
};

}  // namespace alexander::fuse
