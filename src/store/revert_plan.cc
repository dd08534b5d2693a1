#include "store/revert_plan.h"

#include "catalog/versions.h"
#include "store/history.h"
#include "store/keys.h"
#include "store/past.h"

namespace alexander {
namespace {

using Kind = RevertStep::Kind;

VersionId id_of(const catalog::ObjectState& object) {
    return object.is_null ? VersionId::null() : VersionId::of(object.version_seq);
}

PlannedRevert plan_of(Kind kind, std::string key, const catalog::Version& source) {
    PlannedRevert planned;
    planned.step.kind = kind;
    planned.step.key = std::move(key);
    planned.step.version = id_of(source.object);
    planned.step.modified = source.object.modified;
    planned.step.size_bytes = source.object.size;
    planned.source = source;
    return planned;
}

bool is_meant(const RevertOptions& options, std::string_view key) {
    if (key == options.key)
        return true;
    if (options.reach == RevertOptions::Reach::key)
        return false;
    return options.key.empty() || options.key.ends_with('/') || key.at(options.key.size()) == '/';
}

/// False if what the key was at the moment may have been replaced without a record: a null version
/// that is younger took the place of whatever null version was there.
bool is_recorded(catalog::Snapshot& rows,
                 const catalog::Bucket& bucket,
                 const std::string& key,
                 const std::optional<catalog::Version>& newest,
                 const Timestamp& moment) {
    const auto null_version = catalog::find_null_version(rows, bucket.id, key);
    if (null_version)
        return null_version->object.modified <= moment;
    return !newest || !newest->object.is_null || newest->object.modified <= moment;
}

/// True if both show the same object to S3.
bool is_same_object(const Keyring& keyring, const catalog::Version& a, const catalog::Version& b) {
    if (a.object.version_seq == b.object.version_seq)
        return true;
    return a.kind == b.kind && a.object.content == b.object.content &&
           a.object.size == b.object.size &&
           reveal_etag(keyring, a.object) == reveal_etag(keyring, b.object) &&
           open_attributes(keyring, a.object.sealed_attributes).serialize() ==
               open_attributes(keyring, b.object.sealed_attributes).serialize();
}

/// The same row with its attributes.
catalog::Version complete(catalog::Snapshot& rows,
                          const catalog::Bucket& bucket,
                          catalog::Version version) {
    if (auto row = catalog::find_version(rows, bucket.id, version.key, version.object.version_seq))
        return std::move(*row);
    return version;  // a slot's has them
}

}  // namespace

std::vector<std::string> next_reverted_keys(const BucketView& view,
                                            const RevertOptions& options,
                                            const std::string& after) {
    std::vector<std::string> keys;
    PastWalk walk(view.rows(), view.bucket, options.key, PastScope::ever());
    if (!after.empty())
        walk.seek(after + '\0');
    while (keys.size() < reverted_keys_a_commit) {
        const catalog::Version* version = walk.peek();
        if (version == nullptr)
            break;
        if (is_meant(options, version->key)) {
            keys.push_back(version->key);
            walk.pop();
            continue;
        }
        // Beside "docs" and below "docs/" there is "docs-old", which is not meant.
        const std::string below = options.key + "/";
        if (options.reach == RevertOptions::Reach::key || version->key > below)
            break;
        walk.seek(below);
    }
    return keys;
}

std::optional<catalog::Version> newest_of(catalog::Snapshot& rows,
                                          const catalog::Bucket& bucket,
                                          std::string_view key) {
    if (auto row = catalog::newest_version(rows, bucket.id, key))
        return row;
    const auto slot = resolve_key(rows, bucket, key).slot;
    if (!slot || !is_object(*slot))
        return std::nullopt;
    return version_of_slot(std::string(key), *slot);
}

std::optional<PlannedRevert> plan_undelete(catalog::Snapshot& rows,
                                           const catalog::Bucket& bucket,
                                           const std::string& key) {
    const auto newest = newest_of(rows, bucket, key);
    if (!newest || !newest->is_marker)
        return std::nullopt;
    const auto last = find_past_object(rows, bucket, key, PastScope::ever());
    if (!last)
        return std::nullopt;
    PlannedRevert planned = plan_of(Kind::undelete, key, *last);
    planned.current_seq = newest->object.version_seq;
    return planned;
}

std::optional<PlannedRevert> plan_restore(const Keyring& keyring,
                                          const Timestamp& moment,
                                          catalog::Snapshot& rows,
                                          const catalog::Bucket& bucket,
                                          const std::string& key) {
    const auto newest = newest_of(rows, bucket, key);
    const bool exists = newest && !newest->is_marker;
    auto then = find_past_object(rows, bucket, key, PastScope::at(moment));
    if (then)
        *then = complete(rows, bucket, std::move(*then));
    const bool is_as_then = then ? exists && is_same_object(keyring, *then, *newest) : !exists;
    if (is_as_then)
        return std::nullopt;
    Kind kind = then ? Kind::bring_back : Kind::remove;
    const bool is_known = is_recorded(rows, bucket, key, newest, moment);
    if (!is_known)
        kind = Kind::keep;
    PlannedRevert planned = plan_of(kind, key, then ? *then : *newest);
    planned.current_seq = newest ? newest->object.version_seq : 0;
    if (!is_known)
        planned.step.reason = "what it was then was replaced while versioning was off";
    return planned;
}

}  // namespace alexander
