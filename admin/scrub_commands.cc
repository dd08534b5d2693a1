// scrub, damage ..., fsck.
#include "admin/command.h"
#include "base/error.h"
#include "store/scrub/checker.h"
#include "store/scrub/damage.h"
#include "store/scrub/scrubber.h"

#include <cstdio>
#include <string>

namespace alexander::admin {

void scrub_store(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    const Engine& engine = local.store().engine();
    ScrubOptions options;
    options.progress = [](const ScrubProgress& now) {
        // Who cannot see the progress sees the result.
        std::ignore = std::fprintf(stderr,
                                   "scrub: %lld of %lld packs\n",
                                   static_cast<long long>(now.packs_done),
                                   static_cast<long long>(now.packs_total));
    };
    const ScrubReport report = scrub(engine, options);
    const auto objects = static_cast<std::int64_t>(list_damaged_objects(engine).size());
    invocation.out.record({{"packs", report.packs},
                           {"records", report.records},
                           {"bytes", report.bytes},
                           {"newly_damaged", report.damaged},
                           {"healed", report.healed},
                           {"without_key", report.unknown},
                           {"damaged_objects", objects}});
    if (report.damaged != 0 || objects != 0)
        throw Error(ErrorCode::corrupt,
                    "there is damage; `alexander-admin damage list` shows in which objects");
}

void check_consistency(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    const CheckReport report = check_store(local.store().engine(), [](std::string_view what) {
        std::ignore =
            std::fprintf(stderr, "fsck: %.*s\n", static_cast<int>(what.size()), what.data());
    });
    std::vector<Record> rows;
    for (const std::string& problem : report.problems)
        rows.push_back({{"kind", std::string("problem")}, {"what", problem}});
    for (const std::string& path : report.orphans)
        rows.push_back({{"kind", std::string("orphan")}, {"what", path}});
    invocation.out.table({"kind", "what"}, rows);
    invocation.out.say(std::to_string(report.packs) + " packs, " +
                       std::to_string(report.live_chunks) + " chunks in use, " +
                       std::to_string(report.problems.size()) + " problems.");
    if (!report.problems.empty())
        throw Error(ErrorCode::corrupt, "catalog and packs do not fit together");
}

void list_damage(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    for (const DamagedObject& object : list_damaged_objects(local.store().engine()))
        rows.push_back(
            {{"bucket", object.bucket}, {"key", object.key}, {"version", object.version}});
    invocation.out.table({"bucket", "key", "version"}, rows);
}

}  // namespace alexander::admin
