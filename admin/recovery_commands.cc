// snapshot ..., backup ..., rebuild.
#include "admin/families.h"
#include "admin/remote.h"
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

/// What is needed to reach another server.
struct Remote {
    explicit Remote(const Invocation& invocation)
        : client(open_client(invocation, clock, random)) {}

    SystemClock clock;
    SystemRandom random;
    s3client::Client client;
};

void check_operand(const Invocation& invocation) {
    for (const ProgramOption& option : remote_options())
        if (invocation.line.has(option.name) && !is_s3_place(invocation.operands.front()))
            throw Error(ErrorCode::invalid_argument,
                        "--" + option.name + " is for a backup at s3://BUCKET/PREFIX, and " +
                            invocation.operands.front() + " is a folder");
}

BackupReport make_backup(const Invocation& invocation, LocalStore& local, Progress& progress) {
    const std::string& place = invocation.operands.front();
    const SnapshotRetention retention = snapshot_retention(invocation.settings);
    const Engine& engine = local.store().engine();
    if (!is_s3_place(place))
        return backup_to_folder(engine, place, retention, show_on(progress));
    Remote remote(invocation);
    RemoteBackup target(remote.client, place, RemoteUse::write);
    return create_backup(engine, target, retention, show_on(progress));
}

void back_up(const Invocation& invocation) {
    check_operand(invocation);
    LocalStore local = invocation.open_store();
    Progress progress = invocation.progress("backup");
    const BackupReport report = make_backup(invocation, local, progress);
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

VerifyReport verify_place(const Invocation& invocation, Progress& progress) {
    const std::string& place = invocation.operands.front();
    const MasterKey master = master_key_of(invocation.settings);
    if (!is_s3_place(place))
        return verify_backup_folder(place, invocation.log, master, show_on(progress));
    Remote remote(invocation);
    RemoteBackup target(remote.client, place, RemoteUse::read);
    return verify_backup_here(target, invocation.log, master, show_on(progress));
}

void verify_it(const Invocation& invocation) {
    check_operand(invocation);
    Progress progress = invocation.progress("verify");
    const VerifyReport report = verify_place(invocation, progress);
    progress.finish();
    invocation.out.record({{"backup_of", format_seconds(report.snapshot_seconds)},
                           {"packs", report.packs},
                           {"records", report.records},
                           {"bytes", static_cast<std::int64_t>(report.bytes)},
                           {"problems", static_cast<std::int64_t>(report.problems.size())}});
    if (!report.problems.empty())
        fail_with(report.problems, "the backup is damaged:");
}

RestoreReport restore_place(const Invocation& invocation, Progress& progress) {
    const std::string& place = invocation.operands.front();
    const MasterKey master = master_key_of(invocation.settings);
    if (!is_s3_place(place))
        return LocalStore::restore(
            invocation.settings, invocation.log, master, place, show_on(progress));
    Remote remote(invocation);
    RemoteBackup target(remote.client, place, RemoteUse::read);
    return LocalStore::restore(
        invocation.settings, invocation.log, master, target, show_on(progress));
}

void restore_it(const Invocation& invocation) {
    check_operand(invocation);
    Progress progress = invocation.progress("restore");
    RestoreReport report = restore_place(invocation, progress);
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
constexpr std::array<std::string_view, 5> backup_options{
    "endpoint", "region", "credentials-file", "aws-profile", "ca-file"};

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
            "DIR|s3://BUCKET/PREFIX",
            "Copies the store to a folder or another S3 server while it is in use; the next time "
            "only what is new.",
            backup_options,
            back_up},
    Command{"backup verify",
            "DIR|s3://BUCKET/PREFIX",
            "Reads all of a backup and checks it.",
            backup_options,
            verify_it},
    Command{"backup restore",
            "DIR|s3://BUCKET/PREFIX",
            "Makes a store of a backup, in the empty folder storage.data_dir.",
            backup_options,
            restore_it},
};

const std::array own_options{
    ProgramOption{
        "replace", '\0', "", "Rebuild although there is a catalog, which is put in quarantine/."},
    ProgramOption{"snapshot",
                  '\0',
                  "NUMBER",
                  "Which snapshot to rebuild from (default: the newest that is whole)."},
};

}  // namespace

CommandFamily recovery_family() {
    static const std::vector<ProgramOption> option_table = [] {
        std::vector<ProgramOption> all(own_options.begin(), own_options.end());
        all.insert(all.end(), remote_options().begin(), remote_options().end());
        return all;
    }();
    return {"Recovery", command_table, option_table};
}

}  // namespace alexander::admin
