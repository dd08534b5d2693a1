// Whether catalog and packs fit together: `alexander-admin fsck`. Rules: docs/design/scrub.md.
#pragma once

#include "store/engine.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

struct CheckReport {
    std::vector<std::string> problems;

    /// Pack files that the catalog does not know and nobody is writing: of a process that died
    /// before its first commit. They take space and do no harm.
    std::vector<std::string> orphans;

    std::int64_t packs = 0;
    std::int64_t live_chunks = 0;
};

/// Changes nothing. Safe beside every process that has the store open. Records are not read: that
/// is scrub()'s. `note` is told what is looked at next.
[[nodiscard]] CheckReport check_store(const Engine& engine,
                                      const std::function<void(std::string_view)>& note = {});

}  // namespace alexander
