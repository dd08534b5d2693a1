// info, du.
#include "admin/families.h"
#include "admin/object_name.h"
#include "base/error.h"
#include "base/time_format.h"
#include "store/usage/content_walk.h"

#include <array>

namespace alexander::admin {

namespace {

double ratio(std::int64_t whole, std::int64_t part) {
    return part == 0 ? 1.0 : static_cast<double>(whole) / static_cast<double>(part);
}

constexpr std::size_t page_size = 1000;

/// Versions of keys that begin with `prefix`, delete markers among them.
template <typename Visitor>
void visit_versions(Store& store,
                    const std::string& bucket,
                    const std::string& prefix,
                    Visitor visitor) {
    ListVersionsRequest request;
    request.bucket = bucket;
    request.prefix = prefix;
    request.max_entries = page_size;
    for (;;) {
        const ListVersionsResult page = store.objects().list_versions(request);
        for (const ObjectInfo& version : page.versions)
            visitor(version);
        if (!page.is_truncated)
            return;
        request.key_marker = page.next_key_marker;
        request.version_marker = page.next_version_marker;
    }
}

struct VersionSums {
    std::int64_t count = 0;
    std::int64_t bytes = 0;
};

VersionSums versions_of(Store& store, const ObjectName& name) {
    VersionSums sums;
    visit_versions(store, name.bucket, name.key, [&](const ObjectInfo& version) {
        if (version.key == name.key && !version.is_marker) {
            ++sums.count;
            sums.bytes += static_cast<std::int64_t>(version.size_bytes);
        }
    });
    return sums;
}

std::string encryption_of(const std::optional<Sealing>& sealing, const ObjectInfo& object) {
    std::string text = sealing ? sealing->cipher : "none";
    if (object.attributes && object.attributes->customer)
        text += ", and by a key of the client";
    return text;
}

std::string lock_of(const ObjectInfo& object) {
    std::string text;
    if (object.lock.retention.mode == RetentionMode::governance)
        text = "governance until " + format_iso8601({object.lock.retention.until_seconds, 0});
    if (object.lock.retention.mode == RetentionMode::compliance)
        text = "compliance until " + format_iso8601({object.lock.retention.until_seconds, 0});
    if (object.lock.legal_hold)
        text += text.empty() ? "legal hold" : ", legal hold";
    return text.empty() ? "none" : text;
}

void show_extents(const Invocation& invocation, Store& store, const ObjectInfo& object) {
    std::vector<Record> rows;
    visit_extents(store.engine(), object.content, [&](const ExtentPlace& place) {
        rows.push_back({{"offset", static_cast<std::int64_t>(place.offset_bytes)},
                        {"length", static_cast<std::int64_t>(place.length_bytes)},
                        {"chunk", place.chunk},
                        {"chunk_offset", static_cast<std::int64_t>(place.chunk_offset_bytes)},
                        {"pack", place.pack},
                        {"pack_offset", static_cast<std::int64_t>(place.pack_offset_bytes)},
                        {"record_bytes", static_cast<std::int64_t>(place.record_bytes)},
                        {"damaged", place.is_damaged}});
    });
    invocation.out.table({"offset",
                          "length",
                          "chunk",
                          "chunk_offset",
                          "pack",
                          "pack_offset",
                          "record_bytes",
                          "damaged"},
                         rows);
}

void show_info(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    Store& store = local.store();
    const ObjectName name = find_object_name(store, invocation.operands[0]);
    std::optional<VersionId> version;
    if (const auto text = invocation.line.find("version-id")) {
        version = VersionId::parse(*text);
        if (!version)
            throw Error(ErrorCode::no_such_version, *text + " is no version id");
    }
    const ObjectInfo object = store.objects().head(name.bucket, name.key, version);
    if (invocation.line.has("chunks"))
        return show_extents(invocation, store, object);
    ContentWalk walk(store.engine());
    walk.add(object.content.id);
    const ContentSums sums = walk.sums();
    const auto size = static_cast<std::int64_t>(object.size_bytes);
    const std::optional<Sealing> sealing = sealing_of(store.engine(), object.content);
    const VersionSums versions = versions_of(store, name);
    invocation.out.record(
        {{"bucket", name.bucket},
         {"key", name.key},
         {"version_id", object.version.to_text()},
         {"size_bytes", size},
         {"modified", format_iso8601(object.modified)},
         {"etag", object.etag.to_text()},
         {"versions", versions.count},
         {"versions_bytes", versions.bytes},
         {"extents", sums.extents},
         {"hole_bytes", sums.hole_bytes},
         {"chunks", sums.chunks},
         {"inline_chunks", sums.inline_chunks},
         {"damaged_chunks", sums.damaged_chunks},
         {"packs", sums.packs},
         {"unique_bytes", sums.unique_bytes},
         {"on_disk_bytes", sums.disk_bytes},
         {"dedup_factor", ratio(size - sums.hole_bytes, sums.unique_bytes)},
         {"compression_factor", ratio(sums.unique_bytes, sums.disk_bytes)},
         {"encryption", encryption_of(sealing, object)},
         {"domain", static_cast<std::int64_t>(sealing ? sealing->domain : object.domain)},
         {"key_epoch", static_cast<std::int64_t>(sealing ? sealing->key_epoch : 0)},
         {"lock", lock_of(object)}});
}

Record usage_of(Store& store, const ObjectName& place, bool current_only, Progress& progress) {
    ContentWalk walk(store.engine());
    std::int64_t objects = 0;
    std::int64_t versions = 0;
    std::int64_t bytes = 0;
    visit_versions(store, place.bucket, place.key, [&](const ObjectInfo& version) {
        if (version.is_marker || (current_only && !version.is_latest))
            return;
        ++versions;
        objects += version.is_latest ? 1 : 0;
        bytes += static_cast<std::int64_t>(version.size_bytes);
        walk.add(version.content.id);
        progress.show({.phase = "versions", .done = versions});
    });
    const ContentSums sums = walk.sums();
    return {{"bucket", place.bucket},
            {"prefix", place.key},
            {"objects", objects},
            {"versions", versions},
            {"logical_bytes", bytes},
            {"unique_bytes", sums.unique_bytes},
            {"on_disk_bytes", sums.disk_bytes},
            {"chunks", sums.chunks},
            {"dedup_factor", ratio(bytes - sums.hole_bytes, sums.unique_bytes)},
            {"compression_factor", ratio(sums.unique_bytes, sums.disk_bytes)}};
}

std::vector<std::string> bucket_names(Store& store) {
    std::vector<std::string> names;
    for (;;) {
        const auto buckets =
            store.buckets().list(0, "", names.empty() ? "" : names.back(), page_size);
        for (const catalog::Bucket& bucket : buckets)
            names.push_back(bucket.name);
        if (buckets.size() < page_size)
            return names;
    }
}

void show_usage(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    Store& store = local.store();
    const bool current_only = invocation.line.has("current");
    std::vector<ObjectName> places;
    if (!invocation.operands.empty())
        places.push_back(parse_place(invocation.operands[0]));
    else
        for (const std::string& bucket : bucket_names(store))
            places.push_back({bucket, ""});
    Progress progress = invocation.progress("du");
    std::vector<Record> rows;
    for (const ObjectName& place : places)
        rows.push_back(usage_of(store, place, current_only, progress));
    progress.finish();
    invocation.out.table({"bucket",
                          "prefix",
                          "objects",
                          "versions",
                          "logical_bytes",
                          "unique_bytes",
                          "on_disk_bytes",
                          "chunks",
                          "dedup_factor",
                          "compression_factor"},
                         rows);
    if (rows.size() > 1)
        invocation.out.say(
            "What several buckets share is counted in each; `alexander-admin status` counts it "
            "once.");
}

constexpr std::array<std::string_view, 2> info_options{"version-id", "chunks"};
constexpr std::array<std::string_view, 1> usage_options{"current"};

constexpr std::array command_table{
    Command{"info",
            "PATH|s3://BUCKET/KEY",
            "Shows what an object is made of and where it lies.",
            info_options,
            show_info},
    Command{"du",
            "[s3://BUCKET/PREFIX]",
            "Adds up what a bucket or prefix holds and takes on disk.",
            usage_options,
            show_usage},
};

const std::array option_table{
    ProgramOption{"version-id", '\0', "ID", "That version instead of the current one."},
    ProgramOption{"chunks", '\0', "", "List the chunks, in order, with their places."},
    ProgramOption{"current", '\0', "", "Leave out versions that are no longer current."},
};

}  // namespace

CommandFamily usage_family() {
    return {"Looking into the store", command_table, option_table};
}

}  // namespace alexander::admin
