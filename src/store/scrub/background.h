// Scrubbing as the settings want it.
#pragma once

#include "base/settings.h"
#include "store/store.h"

#include <stop_token>

namespace alexander {

/// How long a daemon waits from one look for packs that are due to the next.
[[nodiscard]] std::chrono::milliseconds scrub_pause(const Settings& settings);

/// What a daemon does then, if it is the elected one: scrubs what nobody has for
/// scrub.period_seconds, and logs what came of it. A stop ends it early; the next one goes on.
void scrub_in_background(Store& store,
                         const Settings& settings,
                         Logger& log,
                         const std::stop_token& stop);

}  // namespace alexander
