// snapshot ..., backup ..., rebuild.
#include "admin/families.h"
#include "base/error.h"
#include "base/time_format.h"
#include "store/scrub/checker.h"
#include "store/snapshots/background.h"
#include "store/snapshots/list.h"
#include "store/snapshots/maker.h"

#include <array>
#include <string>

namespace alexander::admin {

namespace {

constexpr std::size_t problems_shown = 100;

std::string format_seconds(std::int64_t seconds) {
    return format_iso8601({seconds, 0});
}

ShowBackup show_on(Progress& progress) {
    return [&progress](const BackupProgress& now) {
        progress.show({.phase = now.phase,
                       .done = static_cast<std::int64_t>(now.bytes_done),
                       .total = static_cast<std::int64_t>(now.bytes_total),
                       .unit = Progress::Unit::bytes});
    };
}

// What a restore is for is done by then: an error says that not all of it is well.
[[noreturn]] void fail_with(const std::vector<std::string>& problems, const std::string& what) {
    std::string text = what;
    for (std::size_t i = 0; i < std::min(problems.size(), problems_shown); ++i)
        text += "\n  " + problems[i];
    if (problems.size() > problems_shown)
        text += "\n  and " + std::to_string(problems.size() - problems_shown) + " more";
    throw Error(ErrorCode::corrupt, text);
}

void create_one(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    Progress progress = invocation.progress("snapshot");
    SnapshotOptions options;
    options.retention = snapshot_retention(invocation.settings);
    options.progress = [&progress](const SnapshotProgress& now) {
        progress.show({.phase = "catalog",
                       .done = static_cast<std::int64_t>(now.bytes_done),
                       .total = static_cast<std::int64_t>(now.bytes_total),
                       .unit = Progress::Unit::bytes});
    };
    const SnapshotReport report = create_snapshot(local.store().engine(), options);
    progress.finish();
    invocation.out.record({{"snapshot", report.made.seq},
                           {"created", format_seconds(report.made.created_seconds)},
                           {"database_bytes", report.made.database_bytes},
                           {"new_bytes", report.made.new_bytes},
                           {"expired", report.expired},
                           {"copy_milliseconds", std::int64_t{report.copy_time.count()}},
                           {"milliseconds", std::int64_t{report.time.count()}}});
}

void list_them(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    for (const KeptSnapshot& one : list_kept_snapshots(local.store().engine()))
        rows.push_back({{"snapshot", one.seq},
                        {"created", format_seconds(one.created_seconds)},
                        {"database_bytes", one.database_bytes},
                        {"new_bytes", one.new_bytes},
                        {"has_file", one.has_file}});
    invocation.out.table({"snapshot", "created", "database_bytes", "new_bytes", "has_file"}, rows);
}

Record describe(const RebuildReport& report) {
    return {{"snapshot", report.snapshot_seq},
            {"restored_as_of", format_seconds(report.snapshot_seconds)},
            {"database_bytes", static_cast<std::int64_t>(report.database_bytes)},
            {"newer_packs", report.rows.new_packs},
            {"unnamed_chunks", report.rows.added_chunks},
            {"moved_chunks", report.rows.moved_chunks},
            {"damaged_chunks", report.rows.damaged_chunks},
            {"lost_packs", report.rows.lost_packs},
            {"old_catalog", report.quarantine}};
}

/// Opens the store as any program does, makes a first snapshot of what there is now, and checks it.
std::vector<std::string> try_out(const Invocation& invocation, Progress& progress) {
    LocalStore local = invocation.open_store();
    const Engine& engine = local.store().engine();
    progress.show({.phase = "a snapshot of what there is now"});
    SnapshotOptions options;
    options.retention = snapshot_retention(invocation.settings);
    std::ignore = create_snapshot(engine, options);
    return check_store(engine,
                       [&progress](std::string_view what) { progress.show({.phase = what}); })
        .problems;
}

void say_what_is_lost(const Invocation& invocation, const RebuildReport& report) {
    invocation.out.say("Everything is as it was at " + format_seconds(report.snapshot_seconds) +
                       ". What was stored, changed or deleted after that is lost: store it again.");
    if (report.rows.damaged_chunks != 0)
        invocation.out.say(
            "Some objects of that moment have lost bytes since; `alexander-admin damage list` "
            "names them. What had been deleted after the snapshot is among them.");
}

void rebuild_store(const Invocation& invocation) {
    Progress progress = invocation.progress("rebuild");
    RebuildOptions options;
    options.may_replace = invocation.line.has("replace");
    if (invocation.line.has("snapshot"))
        options.snapshot = invocation.count("snapshot", 0);
    options.note = [&progress](std::string_view what) { progress.show({.phase = what}); };
    const MasterKey master = master_key_of(invocation.settings);
    const RebuildReport report =
        LocalStore::rebuild(invocation.settings, invocation.log, master, options);
    for (const std::string& warning : report.warnings)
        invocation.log.warning("rebuild", warning);
    const std::vector<std::string> problems = try_out(invocation, progress);
    progress.finish();
    invocation.out.record(describe(report));
    say_what_is_lost(invocation, report);
    if (!problems.empty())
        fail_with(problems, "the catalog is restored, and not everything that it names is there:");
}

void back_up(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    Progress progress = invocation.progress("backup");
    const BackupReport report = backup_to_folder(local.store().engine(),
                                                 invocation.operands.front(),
                                                 snapshot_retention(invocation.settings),
                                                 show_on(progress));
    progress.finish();
    invocation.out.record({{"snapshot", report.snapshot_seq},
                           {"backup_of", format_seconds(report.snapshot_seconds)},
                           {"packs", report.packs},
                           {"total_bytes", static_cast<std::int64_t>(report.total_bytes)},
                           {"copied_packs", report.copied_packs},
                           {"copied_bytes", static_cast<std::int64_t>(report.copied_bytes)},
                           {"removed_packs", report.removed_packs},
                           {"problems", static_cast<std::int64_t>(report.problems.size())}});
    if (!report.problems.empty())
        fail_with(report.problems,
                  "the backup is made, and the store itself is damaged (see `alexander-admin "
                  "scrub`):");
}

void verify_it(const Invocation& invocation) {
    Progress progress = invocation.progress("verify");
    const MasterKey master = master_key_of(invocation.settings);
    const VerifyReport report = verify_backup_folder(
        invocation.operands.front(), invocation.log, master, show_on(progress));
    progress.finish();
    invocation.out.record({{"backup_of", format_seconds(report.snapshot_seconds)},
                           {"packs", report.packs},
                           {"records", report.records},
                           {"bytes", static_cast<std::int64_t>(report.bytes)},
                           {"problems", static_cast<std::int64_t>(report.problems.size())}});
    if (!report.problems.empty())
        fail_with(report.problems, "the backup is damaged:");
}

void restore_it(const Invocation& invocation) {
    Progress progress = invocation.progress("restore");
    const MasterKey master = master_key_of(invocation.settings);
    RestoreReport report = LocalStore::restore(invocation.settings,
                                               invocation.log,
                                               master,
                                               invocation.operands.front(),
                                               show_on(progress));
    const std::vector<std::string> problems = try_out(invocation, progress);
    report.problems.insert(report.problems.end(), problems.begin(), problems.end());
    progress.finish();
    invocation.out.record({{"restored_as_of", format_seconds(report.catalog.snapshot_seconds)},
                           {"data_dir", invocation.settings.storage.data_dir},
                           {"packs", report.packs},
                           {"bytes", static_cast<std::int64_t>(report.bytes)},
                           {"problems", static_cast<std::int64_t>(report.problems.size())}});
    if (!report.problems.empty())
        fail_with(report.problems, "the store is made, and the backup was damaged:");
}

constexpr std::array<std::string_view, 2> rebuild_options{"replace", "snapshot"};

constexpr std::array command_table{
    Command{"snapshot create", "", "Makes a snapshot of the catalog now.", {}, create_one},
    Command{
        "snapshot list", "", "Lists the snapshots of the catalog that are kept.", {}, list_them},
    Command{"rebuild",
            "",
            "Makes a lost catalog again, from its newest snapshot and the packs.",
            rebuild_options,
            rebuild_store},
    Command{"backup create",
            "DIR",
            "Copies the store to a folder while it is in use; the next time only what is new.",
            {},
            back_up},
    Command{"backup verify", "DIR", "Reads all of a backup and checks it.", {}, verify_it},
    Command{"backup restore",
            "DIR",
            "Makes a store of a backup, in the empty folder storage.data_dir.",
            {},
            restore_it},
};

const std::array option_table{
    ProgramOption{
        "replace", '\0', "", "Rebuild although there is a catalog, which is put in quarantine/."},
    ProgramOption{"snapshot",
                  '\0',
                  "NUMBER",
                  "Which snapshot to rebuild from (default: the newest that is whole)."},
};

}  // namespace

CommandFamily recovery_family() {
    return {"Recovery", command_table, option_table};
}

}  // namespace alexander::admin
