#include "store/snapshots/background.h"

#include "base/error.h"
#include "base/logging.h"
#include "store/snapshots/list.h"
#include "store/snapshots/maker.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::chrono::seconds first_after{600};

}  // namespace

SnapshotRetention snapshot_retention(const Settings& settings) {
    return {static_cast<std::size_t>(settings.snapshot.keep_hours),
            static_cast<std::size_t>(settings.snapshot.keep_days),
            static_cast<std::size_t>(settings.snapshot.keep_weeks)};
}

std::chrono::milliseconds snapshot_pause(const Settings& settings) {
    return std::clamp<std::chrono::milliseconds>(
        settings.snapshot.interval / 10, std::chrono::seconds(1), std::chrono::minutes(1));
}

bool is_snapshot_due(const Engine& engine, const Settings& settings) {
    const auto interval = settings.snapshot.interval;
    if (interval.count() == 0)
        return false;
    const std::int64_t now = engine.clock.now().seconds;
    const SnapshotFacts facts = get_snapshot_facts(engine);
    const std::int64_t pause =
        std::chrono::ceil<std::chrono::seconds>(snapshot_pause(settings)).count();
    if (!facts.newest_seconds)
        return facts.used_since_seconds &&
               now - *facts.used_since_seconds + pause >= std::min(first_after, interval).count();
    // A clock that was set back must not stop them for long.
    const std::int64_t age = now - *facts.newest_seconds;
    return age + pause >= interval.count() || age < -interval.count();
}

void snapshot_in_background(Store& store,
                            const Settings& settings,
                            Logger& log,
                            const std::stop_token& stop) {
    if (!store.is_elected() || !is_snapshot_due(store.engine(), settings))
        return;
    SnapshotOptions options;
    options.retention = snapshot_retention(settings);
    options.should_stop = [&stop] { return stop.stop_requested(); };
    try {
        const SnapshotReport report = create_snapshot(store.engine(), options);
        log.info("snapshot",
                 "made",
                 {{"commit", report.made.seq},
                  {"database_bytes", report.made.database_bytes},
                  {"new_bytes", report.made.new_bytes},
                  {"expired", report.expired},
                  {"milliseconds", static_cast<std::int64_t>(report.time.count())}});
    } catch (const Error& error) {
        if (error.code() != ErrorCode::busy || !stop.stop_requested())
            throw;
    }
}

}  // namespace alexander
