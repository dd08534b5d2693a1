// gc.
#include "admin/families.h"
#include "base/error.h"
#include "store/garbage_settings.h"

#include <array>
#include <string>

namespace alexander::admin {

namespace {

void collect_garbage(const Invocation& invocation) {
    const bool is_dry = invocation.line.has("dry-run");
    if (is_dry == invocation.line.has("run"))
        throw Error(ErrorCode::invalid_argument, "say either --dry-run or --run");
    LocalStore local = invocation.open_store();
    Progress progress = invocation.progress("gc");
    GcOptions options = gc_options(invocation.settings);
    options.dry_run = is_dry;
    options.progress = [&progress](const GcProgress& now) {
        progress.show({.phase = now.phase, .done = now.done, .total = now.total});
    };
    const GcReport report = local.store().collect_garbage(options);
    progress.finish();
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

constexpr std::array<std::string_view, 2> gc_command_options{"dry-run", "run"};

constexpr std::array command_table{
    Command{"gc",
            "",
            "Deletes what nothing refers to any more, and gives its space back.",
            gc_command_options,
            collect_garbage},
};

const std::array option_table{
    ProgramOption{"dry-run", '\0', "", "Tell what would be done, and do nothing."},
    ProgramOption{"run", '\0', "", "Let gc delete what it finds."},
};

}  // namespace

CommandFamily gc_family() {
    return {"Garbage", command_table, option_table};
}

}  // namespace alexander::admin
