// gc.
#include "admin/command.h"
#include "base/error.h"
#include "store/garbage_settings.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace alexander::admin {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// One line on standard error, about once a second: what is done, how far, how long it may take.
class ProgressLine {
public:
    void show(const GcProgress& now) {
        const auto time = SteadyClock::now();
        if (now.phase != phase_) {
            phase_ = now.phase;
            began_ = time;
        } else if (time - shown_ < std::chrono::seconds(1)) {
            return;
        }
        shown_ = time;
        std::string line = "gc: " + phase_;
        if (now.total > 1)
            line += " " + std::to_string(now.done) + " of " + std::to_string(now.total);
        if (now.done > 0 && now.total > now.done) {
            const std::chrono::duration<double> taken = time - began_;
            const double left = taken.count() * static_cast<double>(now.total - now.done) /
                                static_cast<double>(now.done);
            line += ", about " + std::to_string(static_cast<long>(left)) + " s left";
        }
        // Who cannot see the progress sees the result.
        std::ignore = std::fprintf(stderr, "%s\n", line.c_str());
    }

private:
    std::string phase_;
    SteadyClock::time_point began_;
    SteadyClock::time_point shown_;
};

}  // namespace

void collect_garbage(const Invocation& invocation) {
    const bool is_dry = invocation.line.has("dry-run");
    if (is_dry == invocation.line.has("run"))
        throw Error(ErrorCode::invalid_argument, "say either --dry-run or --run");
    LocalStore local = invocation.open_store();
    ProgressLine line;
    GcOptions options = gc_options(invocation.settings);
    options.dry_run = is_dry;
    options.progress = [&](const GcProgress& now) { line.show(now); };
    const GcReport report = local.store().collect_garbage(options);
    invocation.out.record({{"live_chunks", report.live_chunks},
                           {"garbage_contents", report.garbage_contents},
                           {"garbage_pages", report.garbage_pages},
                           {"garbage_chunks", report.garbage_chunks},
                           {"garbage_bytes", report.garbage_bytes},
                           {"deleted_contents", report.deleted_contents},
                           {"deleted_pages", report.deleted_pages},
                           {"deleted_chunks", report.deleted_chunks},
                           {"waiting_rows", report.waiting},
                           {"moved_bytes", report.moved_bytes},
                           {"removed_packs", report.removed_packs},
                           {"freed_bytes", report.freed_bytes},
                           {"problems", report.problems},
                           {"mark_milliseconds", std::int64_t{report.mark_time.count()}}});
    if (report.problems != 0)
        throw Error(ErrorCode::corrupt,
                    std::to_string(report.problems) + " packs could not be read; see the log");
}

}  // namespace alexander::admin
