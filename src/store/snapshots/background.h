// Snapshots of the catalog as the settings want them.
#pragma once

#include "base/settings.h"
#include "store/snapshots/retention.h"
#include "store/store.h"

#include <stop_token>

namespace alexander {

[[nodiscard]] SnapshotRetention snapshot_retention(const Settings& settings);

/// How long a daemon waits from one look whether a snapshot is due to the next.
[[nodiscard]] std::chrono::milliseconds snapshot_pause(const Settings& settings);

/// True if the newest snapshot would be older than the settings allow at the next look, a
/// snapshot_pause from now. A store without one is due ten minutes after its first user or pack was
/// made, or after the interval if that is shorter.
[[nodiscard]] bool is_snapshot_due(const Engine& engine, const Settings& settings);

/// What a daemon does then, if it is the elected one: makes a snapshot if one is due, and logs it.
void snapshot_in_background(Store& store,
                            const Settings& settings,
                            Logger& log,
                            const std::stop_token& stop);

}  // namespace alexander
