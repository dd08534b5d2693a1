// scrub, damage ..., fsck.
#include "admin/families.h"
#include "base/error.h"
#include "store/scrub/checker.h"
#include "store/scrub/damage.h"
#include "store/scrub/scrubber.h"

#include <array>
#include <string>

namespace alexander::admin {

namespace {

void scrub_store(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    const Engine& engine = local.store().engine();
    ScrubOptions options;
    Progress progress = invocation.progress("scrub");
    options.progress = [&progress](const ScrubProgress& now) {
        progress.show({.phase = "packs", .done = now.packs_done, .total = now.packs_total});
    };
    const ScrubReport report = scrub(engine, options);
    progress.finish();
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
    Progress progress = invocation.progress("fsck");
    const CheckReport report =
        check_store(local.store().engine(),
                    [&progress](std::string_view what) { progress.show({.phase = what}); });
    progress.finish();
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

constexpr std::array command_table{
    Command{"scrub", "", "Reads and checks all stored bytes.", {}, scrub_store},
    Command{"fsck",
            "",
            "Checks that catalog and packs fit together. Changes nothing.",
            {},
            check_consistency},
    Command{"damage list",
            "",
            "Lists objects and versions in which scrubs have found damage.",
            {},
            list_damage},
};

}  // namespace

CommandFamily scrub_family() {
    return {"Damage", command_table, {}};
}

}  // namespace alexander::admin
