// How a garbage collection is asked for, and what it says.
#pragma once

#include "store/snapshots/retention.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace alexander {

struct GcProgress {
    std::string_view phase;
    std::int64_t done = 0;
    std::int64_t total = 0;  // of what the phase counts: rows or bytes
};

struct GcOptions {
    bool dry_run = false;

    /// Not garbage, but packs with records of an older data epoch than this are emptied, and what
    /// was in them is sealed anew. 0: no.
    std::uint32_t drain_before_epoch = 0;

    /// Of a pack's bytes, in percent: from so many dead ones on it is compacted.
    std::int64_t dead_percent = 25;

    /// On a disk that is more than 85 % full.
    std::int64_t dead_percent_when_full = 10;

    /// Records read for compaction; 0: as fast as it goes. Between commits the collection then
    /// rests as long as they took.
    std::uint64_t bytes_per_second = 0;

    /// How long one run waits for readers and writers of before, at each step that needs it.
    std::chrono::milliseconds patience{10'000};

    /// Completed uploads are forgotten so long after they were begun.
    std::chrono::seconds completed_uploads{7 * 86'400};

    /// Before packs are removed a snapshot of the catalog is made, so that the newest one never
    /// leads to records that are gone. Nothing: none is made.
    std::optional<SnapshotRetention> snapshots = std::nullopt;

    std::function<void(const GcProgress&)> progress = {};
    std::function<bool()> should_stop = {};
};

struct GcReport {
    std::int64_t live_chunks = 0;
    std::int64_t garbage_contents = 0;  // found: contents, pages and chunks that nothing leads to
    std::int64_t garbage_pages = 0;
    std::int64_t garbage_chunks = 0;
    std::int64_t garbage_bytes = 0;  // of records
    std::int64_t deleted_contents = 0;
    std::int64_t deleted_pages = 0;
    std::int64_t deleted_chunks = 0;
    std::int64_t revived = 0;  // condemned and yet reached: should be 0, and is logged
    std::int64_t waiting = 0;  // condemned rows that somebody may still use: the next run's
    std::int64_t moved_bytes = 0;
    std::int64_t removed_packs = 0;
    std::int64_t freed_bytes = 0;   // of removed packs
    std::int64_t kept_records = 0;  // of a drain: they cannot be opened and stay where they are
    std::int64_t problems = 0;      // packs that could not be read or removed; see the log
    std::chrono::milliseconds mark_time{0};
};

}  // namespace alexander
