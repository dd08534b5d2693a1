// Reads every record and proves that it is what was written. Rules: docs/design/scrub.md.
#pragma once

#include "store/engine.h"

#include <cstdint>
#include <functional>
#include <limits>

namespace alexander {

struct ScrubProgress {
    std::int64_t packs_done = 0;
    std::int64_t packs_total = 0;
};

struct ScrubOptions {
    /// Packs that were scrubbed last before this moment.
    std::int64_t before_seconds = std::numeric_limits<std::int64_t>::max();

    /// 0: as fast as it goes. Otherwise it also rests at least half of the time.
    std::uint64_t bytes_per_second = 0;

    std::function<void(const ScrubProgress&)> progress = {};
    std::function<bool()> should_stop = {};
};

struct ScrubReport {
    std::int64_t packs = 0;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    std::int64_t damaged = 0;  // found damaged now
    std::int64_t healed = 0;   // were damaged, and are whole
    std::int64_t unknown = 0;  // whole as far as can be told without their key
};

/// Marks chunks whose records are damaged or missing, so that nothing new refers to them and the
/// next write of the same bytes heals them; logs each. What was done is durable pack by pack: a
/// scrub that is stopped goes on from there the next time.
[[nodiscard]] ScrubReport scrub(const Engine& engine, const ScrubOptions& options);

}  // namespace alexander
