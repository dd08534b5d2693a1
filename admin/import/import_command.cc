// import: buckets of another S3 server, such as MinIO, or folders of the host become buckets of
// this store.
#include "admin/families.h"
#include "admin/import/folder_importer.h"
#include "admin/import/importer.h"
#include "admin/object_name.h"
#include "admin/remote.h"
#include "base/error.h"

#include <array>
#include <filesystem>
#include <string>

namespace alexander::admin {

namespace {

constexpr std::string_view every_bucket = "s3://";

std::vector<ImportPlan> plans_of(const Invocation& invocation,
                                 s3client::Client& client,
                                 const Identity& owner) {
    const std::string& source = invocation.operands[0];
    const bool has_target = invocation.operands.size() > 1;
    ImportPlan plan;
    plan.owner = owner;
    plan.is_dry_run = invocation.line.has("dry-run");
    plan.overwrites = invocation.line.has("overwrite");
    plan.current_only = invocation.line.has("current-only");
    std::vector<ImportPlan> plans;
    if (source == every_bucket) {
        if (has_target)
            throw Error(ErrorCode::invalid_argument,
                        "s3:// is every bucket, each under its own name: say no target");
        for (const std::string& bucket : s3client::list_buckets(client)) {
            plan.source_bucket = plan.bucket = bucket;
            plans.push_back(plan);
        }
        return plans;
    }
    const ObjectName from = parse_place(source);
    const ObjectName to = has_target ? parse_place(invocation.operands[1]) : from;
    plan.source_bucket = from.bucket;
    plan.source_prefix = from.key;
    plan.bucket = to.bucket;
    plan.prefix = to.key;
    plans.push_back(plan);
    return plans;
}

void check_end(const ImportCounts& counts) {
    if (counts.kept + counts.failed == 0)
        return;
    std::string text = std::to_string(counts.failed) + " could not be imported, and " +
                       std::to_string(counts.kept) + " were left as they are here:";
    for (const std::string& problem : counts.problems)
        text += "\n  " + problem;
    if (counts.kept + counts.failed > static_cast<std::int64_t>(counts.problems.size()))
        text += "\n  and more";
    throw Error(ErrorCode::already_exists, text);
}

ImportCounts import_buckets(const Invocation& invocation,
                            LocalStore& local,
                            const Identity& owner,
                            Progress& progress,
                            std::int64_t& buckets) {
    s3client::Client client = open_client(invocation, local.clock(), local.random());
    const std::vector<ImportPlan> plans = plans_of(invocation, client, owner);
    ImportCounts counts;
    for (const ImportPlan& plan : plans)
        Importer(local.store(), client, plan, counts, progress).run();
    buckets = static_cast<std::int64_t>(plans.size());
    return counts;
}

// What an import makes would be imported as well, and never end.
void check_apart(const std::string& folder, const std::string& store_folder) {
    std::error_code fault;
    const std::string inner = std::filesystem::canonical(store_folder, fault).string() + "/";
    const std::string outer = std::filesystem::canonical(folder, fault).string() + "/";
    if (!fault && (inner.starts_with(outer) || outer == "//"))
        throw Error(ErrorCode::invalid_argument,
                    folder + " holds the store itself: import what is beside it");
}

FolderPlan folder_plan(const Invocation& invocation, const Identity& owner) {
    const std::string& folder = invocation.operands[0];
    if (invocation.operands.size() < 2)
        throw Error(ErrorCode::invalid_argument,
                    folder + " is a folder: say where its files go, such as s3://BUCKET/PREFIX");
    for (const ProgramOption& option : remote_options())
        if (invocation.line.has(option.name))
            throw Error(
                ErrorCode::invalid_argument,
                "--" + option.name + " is for another S3 server, and " + folder + " is a folder");
    if (invocation.line.has("current-only"))
        throw Error(ErrorCode::invalid_argument,
                    "--current-only is for another S3 server, and " + folder + " is a folder");
    check_apart(folder, invocation.settings.storage.data_dir);
    const ObjectName to = parse_place(invocation.operands[1]);
    const bool needs_slash = !to.key.empty() && !to.key.ends_with('/');
    return {to.bucket,
            to.key + (needs_slash ? "/" : ""),
            owner,
            invocation.line.has("dry-run"),
            invocation.line.has("overwrite")};
}

void import(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    const Identity owner = local.store().users().acting(invocation.line.find("owner"));
    Progress progress = invocation.progress("import");
    ImportCounts counts;
    std::int64_t buckets = 1;
    if (is_s3_place(invocation.operands[0])) {
        counts = import_buckets(invocation, local, owner, progress, buckets);
    } else {
        const FolderPlan plan = folder_plan(invocation, owner);
        FolderImporter(local.store(), plan, counts, progress).run(invocation.operands[0]);
    }
    progress.finish();
    invocation.out.record({{"buckets", buckets},
                           {"copied", counts.copied},
                           {"copied_bytes", static_cast<std::int64_t>(counts.copied_bytes)},
                           {"delete_markers", counts.markers},
                           {"skipped", counts.skipped},
                           {"kept", counts.kept},
                           {"failed", counts.failed},
                           {"dry_run", invocation.line.has("dry-run")}});
    check_end(counts);
}

constexpr std::array<std::string_view, 9> import_options{"owner",
                                                         "dry-run",
                                                         "overwrite",
                                                         "current-only",
                                                         "endpoint",
                                                         "region",
                                                         "credentials-file",
                                                         "aws-profile",
                                                         "ca-file"};

constexpr std::array command_table{
    Command{
        "import",
        "DIR|s3://BUCKET/PREFIX [s3://BUCKET/PREFIX]",
        "Copies a folder, or buckets of another S3 server, such as MinIO, with versions and tags.",
        import_options,
        import},
};

const std::array own_options{
    ProgramOption{"owner",
                  '\0',
                  "NAME",
                  "The user who owns what is made (default: the first administrator)."},
    ProgramOption{"dry-run", '\0', "", "Only tell what would be copied."},
    ProgramOption{"overwrite", '\0', "", "Replace what is here and differs, even if it is newer."},
    ProgramOption{"current-only", '\0', "", "Leave older versions and delete markers out."},
};

}  // namespace

CommandFamily import_family() {
    static const std::vector<ProgramOption> option_table = [] {
        std::vector<ProgramOption> all(own_options.begin(), own_options.end());
        all.insert(all.end(), remote_options().begin(), remote_options().end());
        return all;
    }();
    return {"Import", command_table, option_table};
}

}  // namespace alexander::admin
