// Garbage collection as the settings want it.
#pragma once

#include "base/settings.h"
#include "store/store.h"

#include <stop_token>

namespace alexander {

[[nodiscard]] GcOptions gc_options(const Settings& settings);

/// What a daemon does each gc.interval_seconds: collects if it is the elected one, at the pace that
/// the settings allow, and logs what came of it. A stop ends it early; the next one goes on.
void collect_in_background(Store& store,
                           const Settings& settings,
                           Logger& log,
                           const std::stop_token& stop);

}  // namespace alexander
