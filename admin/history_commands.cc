// versions, undelete, restore.
#include "admin/families.h"
#include "admin/object_name.h"
#include "base/error.h"
#include "base/time_format.h"
#include "store/revert.h"

#include <array>
#include <string>

namespace alexander::admin {

namespace {

/// The end of what the text names: of the second, or of the last digit of the fraction.
Timestamp parse_moment(const std::string& text, const Timestamp& now) {
    const auto time = parse_iso8601(text);
    if (!time)
        throw Error(ErrorCode::invalid_argument,
                    "--at \"" + text +
                        "\" is no time in ISO 8601 with its zone, such as 2030-01-31T12:00:00Z or "
                        "2030-01-31T13:00:00+01:00");
    if (now < *time)
        throw Error(ErrorCode::invalid_argument,
                    "--at " + text + " is in the future; now is " + format_iso8601(now));
    std::int32_t unit = 1'000'000'000;
    for (std::size_t at = text.find('.'); at != std::string::npos && unit > 1; unit /= 10) {
        if (text[++at] < '0' || text[at] > '9')
            break;  // the zone, which parse_iso8601 has seen
    }
    return {time->seconds, time->nanoseconds + unit - 1};
}

Record describe(const ObjectInfo& version) {
    std::string kind = version.is_marker ? "delete marker" : "object";
    return {{"key", version.key},
            {"version", version.version.to_text()},
            {"modified", format_iso8601(version.modified)},
            {"kind", std::move(kind)},
            {"latest", version.is_latest},
            {"size_bytes", static_cast<std::int64_t>(version.size_bytes)},
            {"etag", version.is_marker ? std::string() : version.etag.to_text()}};
}

void list_versions(const Invocation& invocation) {
    const ObjectName place = parse_place(invocation.operands[0]);
    LocalStore local = invocation.open_store();
    const bool is_tree =
        invocation.line.has("prefix") || place.key.empty() || place.key.ends_with('/');
    ListVersionsRequest request;
    request.bucket = place.bucket;
    request.prefix = place.key;
    std::vector<Record> rows;
    for (bool more = true; more;) {
        const ListVersionsResult page = local.store().objects().list_versions(request);
        for (const ObjectInfo& version : page.versions) {
            more = is_tree || version.key == place.key;
            if (!more)
                break;
            rows.push_back(describe(version));
        }
        more = more && page.is_truncated;
        request.key_marker = page.next_key_marker;
        request.version_marker = page.next_version_marker;
    }
    if (rows.empty() && !is_tree)
        throw Error(ErrorCode::no_such_key,
                    "bucket " + place.bucket + " has no version of \"" + place.key +
                        "\"; a whole tree is listed with a / at the end, or with --prefix");
    invocation.out.table({"key", "version", "modified", "kind", "latest", "size_bytes", "etag"},
                         rows);
}

/// Collects what a run did, and tells it.
class Told {
public:
    Told(const Invocation& invocation, std::string name)
        : invocation_(invocation), progress_(invocation.progress(std::move(name))) {}

    void listen(RevertOptions& options) {
        options.dry_run = invocation_.line.has("dry-run");
        options.progress = [this](std::int64_t keys) { progress_.show({.done = keys}); };
        options.note = [this](const RevertStep& step) {
            rows_.push_back({{"action", std::string(to_string(step.kind))},
                             {"key", step.key},
                             {"version", step.version.to_text()},
                             {"modified", format_iso8601(step.modified)},
                             {"size_bytes", step.size_bytes},
                             {"reason", step.reason}});
        };
    }

    void tell(const RevertReport& report) {
        progress_.finish();
        if (invocation_.out.is_json() || !rows_.empty())
            invocation_.out.table({"action", "key", "version", "modified", "size_bytes", "reason"},
                                  rows_);
        const bool is_dry = invocation_.line.has("dry-run");
        invocation_.out.say(
            std::string(is_dry ? "Nothing was changed. Would come back: " : "Came back: ") +
            std::to_string(report.undeleted + report.brought_back) + " (" +
            format_bytes(report.bytes) + "), removed: " + std::to_string(report.removed) +
            ", left as they are: " + std::to_string(report.kept) +
            ", refused: " + std::to_string(report.refused) +
            ", looked at: " + std::to_string(report.looked_at) + ".");
        if (report.refused != 0)
            throw Error(ErrorCode::bucket_state,
                        std::to_string(report.refused) +
                            " keys were refused for the reasons shown; what came back, stays");
    }

private:
    const Invocation& invocation_;
    Progress progress_;
    std::vector<Record> rows_;
};

RevertOptions options_for(ObjectName place, RevertOptions::Reach reach) {
    RevertOptions options;
    options.bucket = std::move(place.bucket);
    options.key = std::move(place.key);
    options.reach = reach;
    return options;
}

/// Who owns the delete markers: the bucket's owner.
Identity owner_of(Store& store, const std::string& bucket) {
    Identity owner;
    owner.user = store.buckets().get(bucket).owner;
    return owner;
}

void undelete_objects(const Invocation& invocation) {
    const ObjectName place = parse_place(invocation.operands[0]);
    const bool is_tree = invocation.line.has("prefix");
    if (place.key.empty() && !is_tree)
        throw Error(ErrorCode::invalid_argument,
                    "undelete takes a key; everything in bucket " + place.bucket +
                        " comes back with --prefix");
    LocalStore local = invocation.open_store();
    RevertOptions options =
        options_for(place, is_tree ? RevertOptions::Reach::tree : RevertOptions::Reach::key);
    Told told(invocation, "undelete");
    told.listen(options);
    const RevertReport report =
        undelete(local.store().engine(), owner_of(local.store(), place.bucket), options);
    if (!is_tree && report.undeleted + report.refused == 0)
        throw Error(ErrorCode::no_such_key,
                    report.looked_at == 0
                        ? "bucket " + place.bucket + " has no version of \"" + place.key +
                              "\"; everything below it comes back with --prefix"
                        : "\"" + place.key + "\" is not deleted");
    told.tell(report);
}

void restore_objects(const Invocation& invocation) {
    const ObjectName place = parse_place(invocation.operands[0]);
    const Timestamp moment = parse_moment(invocation.required("at"), SystemClock().now());
    LocalStore local = invocation.open_store();
    RevertOptions options = options_for(place, RevertOptions::Reach::tree);
    Told told(invocation, "restore");
    told.listen(options);
    told.tell(
        restore_at(local.store().engine(), owner_of(local.store(), place.bucket), moment, options));
}

constexpr std::array<std::string_view, 1> versions_options{"prefix"};
constexpr std::array<std::string_view, 2> undelete_options{"prefix", "dry-run"};
constexpr std::array<std::string_view, 2> restore_options{"at", "dry-run"};

constexpr std::array command_table{
    Command{"versions",
            "s3://BUCKET/KEY",
            "Lists the versions and delete markers of a key, or of a tree.",
            versions_options,
            list_versions},
    Command{"undelete",
            "s3://BUCKET/KEY",
            "Brings deleted objects back: takes their delete markers away.",
            undelete_options,
            undelete_objects},
    Command{"restore",
            "s3://BUCKET/KEY",
            "Makes a key and everything below it what it was at a time, by new versions.",
            restore_options,
            restore_objects},
};

const std::array option_table{
    ProgramOption{"at", '\0', "TIME", "The moment, such as 2030-01-31T12:00:00Z."},
    ProgramOption{"prefix", '\0', "", "Everything below the key too."},
    ProgramOption{"dry-run", '\0', "", "Tell what would be done, and do nothing."},
};

}  // namespace

CommandFamily history_family() {
    return {"History", command_table, option_table};
}

}  // namespace alexander::admin
