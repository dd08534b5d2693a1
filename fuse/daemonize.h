// Leaving the terminal, once the mount is live.
#pragma once

#include "base/unique_fd.h"

#include <optional>
#include <string_view>

namespace alexander::fuse {

/// Goes into the background. The process that was started stays until the one that serves says how
/// it went, then ends with its word.
class Background {
public:
    /// Forks; only the new process returns. Call before anything starts a thread.
    [[nodiscard]] static Background start();

    /// The mount is live: the waiting process ends with 0, and this one lets go of the terminal.
    void succeeded();

    /// The waiting process ends with 1 when this one ends without succeeded().
private:
    explicit Background(UniqueFd report) : report_(std::move(report)) {}

    UniqueFd report_;
};

}  // namespace alexander::fuse
