#include "store/garbage_settings.h"

#include "base/error.h"
#include "base/logging.h"
#include "store/snapshots/background.h"

#include <algorithm>

namespace alexander {

GcOptions gc_options(const Settings& settings) {
    GcOptions options;
    options.dead_percent = settings.gc.dead_percent;
    options.dead_percent_when_full = std::min(options.dead_percent_when_full, options.dead_percent);
    options.bytes_per_second = settings.gc.bytes_per_second;
    options.completed_uploads = settings.gc.completed_uploads;
    if (settings.snapshot.interval.count() != 0)
        options.snapshots = snapshot_retention(settings);
    return options;
}

void collect_in_background(Store& store,
                           const Settings& settings,
                           Logger& log,
                           const std::stop_token& stop) {
    if (!settings.gc.enabled || !store.is_elected())
        return;
    GcOptions options = gc_options(settings);
    options.should_stop = [&stop] { return stop.stop_requested(); };
    try {
        const GcReport report = store.collect_garbage(options);
        log.info("gc",
                 "collected",
                 {{"chunks", report.deleted_chunks},
                  {"waiting", report.waiting},
                  {"moved_bytes", report.moved_bytes},
                  {"freed_bytes", report.freed_bytes},
                  {"problems", report.problems}});
    } catch (const Error& error) {
        if (error.code() != ErrorCode::busy)
            throw;  // somebody else collects by hand
    }
}

}  // namespace alexander
