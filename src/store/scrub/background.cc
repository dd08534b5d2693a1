#include "store/scrub/background.h"

#include "base/logging.h"
#include "store/scrub/scrubber.h"

#include <algorithm>

namespace alexander {

std::chrono::milliseconds scrub_pause(const Settings& settings) {
    return std::clamp<std::chrono::milliseconds>(
        settings.scrub.period / 10, std::chrono::seconds(1), std::chrono::minutes(1));
}

void scrub_in_background(Store& store,
                         const Settings& settings,
                         Logger& log,
                         const std::stop_token& stop) {
    if (settings.scrub.period.count() == 0 || !store.is_elected())
        return;
    const Engine& engine = store.engine();
    ScrubOptions options;
    options.before_seconds = engine.clock.now().seconds - settings.scrub.period.count();
    options.bytes_per_second = settings.scrub.bytes_per_second;
    options.should_stop = [&stop] { return stop.stop_requested(); };
    const ScrubReport report = scrub(engine, options);
    if (report.packs != 0)
        log.info("scrub",
                 "scrubbed",
                 {{"packs", report.packs},
                  {"records", report.records},
                  {"bytes", report.bytes},
                  {"damaged", report.damaged},
                  {"healed", report.healed}});
}

}  // namespace alexander
