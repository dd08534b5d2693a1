// export: objects of this store go to a folder or another S3 server.
#include "admin/export/exporter.h"
#include "admin/families.h"
#include "admin/object_name.h"
#include "admin/remote.h"
#include "base/error.h"
#include "base/posix_file_system.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string>

namespace alexander::admin {

namespace {

ExportCounts export_to(const Invocation& invocation,
                       LocalStore& local,
                       const ExportPlan& plan,
                       Progress& progress) {
    const std::string& place = invocation.operands[1];
    if (is_s3_place(place)) {
        s3client::Client client = open_client(invocation, local.clock(), local.random());
        const ObjectName name = parse_place(place);
        if (!s3client::has_bucket(client, name.bucket)) {
            if (plan.is_dry_run)
                throw Error(ErrorCode::no_such_bucket,
                            "there is no bucket " + name.bucket + " there; export makes it");
            s3client::create_bucket(client, name.bucket);
        }
        ExportServer target(client, name.bucket, name.key);
        return export_objects(local.store(), target, plan, progress);
    }
    for (const ProgramOption& option : remote_options())
        if (invocation.line.has(option.name))
            throw Error(
                ErrorCode::invalid_argument,
                "--" + option.name + " is for another S3 server, and " + place + " is a folder");
    constexpr mode_t mode = 0700;
    if (::mkdir(place.c_str(), mode) != 0 && errno != EEXIST)
        throw_os_error("cannot create the folder " + place, errno);
    PosixFileSystem files(PosixFileSystem::open_root(place));
    ExportFolder target(files);
    return export_objects(local.store(), target, plan, progress);
}

void check_end(const ExportCounts& counts) {
    if (counts.kept + counts.failed == 0)
        return;
    std::string text = std::to_string(counts.failed) + " could not be exported, and " +
                       std::to_string(counts.kept) + " were left as they are there:";
    for (const std::string& problem : counts.problems)
        text += "\n  " + problem;
    if (counts.kept + counts.failed > static_cast<std::int64_t>(counts.problems.size()))
        text += "\n  and more";
    throw Error(ErrorCode::already_exists, text);
}

void run_export(const Invocation& invocation) {
    const ObjectName from = parse_place(invocation.operands[0]);
    const ExportPlan plan{
        from.bucket, from.key, invocation.line.has("dry-run"), invocation.line.has("overwrite")};
    LocalStore local = invocation.open_store();
    std::ignore = local.store().buckets().get(plan.bucket);
    Progress progress = invocation.progress("export");
    const ExportCounts counts = export_to(invocation, local, plan, progress);
    progress.finish();
    invocation.out.record({{"copied", counts.copied},
                           {"copied_bytes", static_cast<std::int64_t>(counts.copied_bytes)},
                           {"skipped", counts.skipped},
                           {"kept", counts.kept},
                           {"failed", counts.failed},
                           {"dry_run", plan.is_dry_run}});
    check_end(counts);
}

constexpr std::array<std::string_view, 7> export_options{
    "dry-run", "overwrite", "endpoint", "region", "credentials-file", "aws-profile", "ca-file"};

constexpr std::array command_table{
    Command{"export",
            "s3://BUCKET/PREFIX DIR|s3://BUCKET/PREFIX",
            "Copies objects to a folder or another S3 server.",
            export_options,
            run_export},
};

const std::array own_options{
    ProgramOption{"dry-run", '\0', "", "Only tell what would be copied."},
    ProgramOption{"overwrite", '\0', "", "Replace what is there and differs."},
};

}  // namespace

CommandFamily export_family() {
    static const std::vector<ProgramOption> option_table = [] {
        std::vector<ProgramOption> all(own_options.begin(), own_options.end());
        all.insert(all.end(), remote_options().begin(), remote_options().end());
        return all;
    }();
    return {"Export", command_table, option_table};
}

}  // namespace alexander::admin
