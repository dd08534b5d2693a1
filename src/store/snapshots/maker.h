// Makes snapshots of the catalog, and forgets those that are too old. Design:
// docs/design/recovery.md.
#pragma once

#include "catalog/snapshots.h"
#include "store/engine.h"
#include "store/snapshots/retention.h"

#include <chrono>
#include <cstdint>
#include <functional>

namespace alexander {

struct SnapshotProgress {
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;  // of the database
};

struct SnapshotOptions {
    SnapshotRetention retention;
    std::function<void(const SnapshotProgress&)> progress = {};
    std::function<bool()> should_stop = {};
};

struct SnapshotReport {
    catalog::CatalogSnapshot made;
    std::int64_t expired = 0;                // older ones that are not kept any longer
    std::chrono::milliseconds copy_time{0};  // of the database: the log cannot begin anew meanwhile
    std::chrono::milliseconds time{0};
};

/// Stores the catalog as it is at one moment, durably, so that it can be restored without itself;
/// then lets those expire that are not kept. One at a time in all processes: waits for another.
///
/// Needs twice the database's size of free space for a while: throws no_space before anything is
/// stored. Throws busy if it was told to stop. What a failure leaves is garbage.
SnapshotReport create_snapshot(const Engine& engine, const SnapshotOptions& options);

}  // namespace alexander
