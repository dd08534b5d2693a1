#include "store/lifecycle_bucket.h"

#include "base/error.h"

namespace alexander {
namespace {

constexpr std::size_t page_size = 1000;

using Kind = LifecycleAction::Kind;

/// True if what was found is gone or changed by now, or may not be removed.
bool is_overtaken(ErrorCode code) {
    return code == ErrorCode::precondition_failed || code == ErrorCode::no_such_key ||
           code == ErrorCode::no_such_version || code == ErrorCode::no_such_upload ||
           code == ErrorCode::no_such_bucket || code == ErrorCode::access_denied;
}

}  // namespace

BucketLifecycle::BucketLifecycle(const Engine& engine,
                                 const LifecycleOptions& options,
                                 const catalog::Bucket& bucket,
                                 std::vector<LifecycleRule> rules)
    : objects_(engine),
      uploads_(engine),
      options_(options),
      bucket_(bucket),
      rules_(std::move(rules)),
      now_(engine.clock.now()) {
    owner_.user = bucket.owner;
}

std::size_t BucketLifecycle::run() {
    abort_uploads();
    if (bucket_.keeps_history())
        walk_versions();
    else
        walk_objects();
    return actions_;
}

bool BucketLifecycle::is_due(Timestamp since, const std::optional<std::int64_t>& days) const {
    return days && due_at(since, *days, options_.day) <= now_;
}

// Asked only for rules with tags: it costs a look at the object.
bool BucketLifecycle::has_tags(const LifecycleRule& rule, const ObjectInfo& object) {
    if (rule.filter.tags.empty())
        return true;
    const auto found = objects_.find(bucket_.name, object.key, object.version);
    return found && found->attributes && rule.filter.fits(found->attributes->tags);
}

void BucketLifecycle::act(LifecycleAction action, const std::function<void()>& change) {
    action.bucket = bucket_.name;
    try {
        if (!options_.dry_run)
            change();
    } catch (const Error& error) {
        if (!is_overtaken(error.code()))
            throw;
        return;
    }
    ++actions_;
    if (options_.note)
        options_.note(action);
}

void BucketLifecycle::abort_uploads() {
    Uploads::ListUploadsRequest request;
    request.bucket = bucket_.name;
    while (!stops()) {
        const Uploads::UploadList page = uploads_.list(request);
        for (const UploadInfo& upload : page.uploads)
            consider_upload(upload);
        if (!page.is_truncated)
            return;
        request.key_marker = page.next_key_marker;
        request.upload_marker = page.next_upload_marker;
    }
}

void BucketLifecycle::consider_upload(const UploadInfo& upload) {
    for (const LifecycleRule& rule : rules_) {
        if (!upload.key.starts_with(rule.filter.prefix) ||
            !is_due(upload.initiated, rule.abort_uploads_after_days))
            continue;
        act({Kind::abort_upload, {}, upload.key, to_text(upload.id), rule.id},
            [&] { uploads_.abort(bucket_.name, upload.key, upload.id); });
        return;
    }
}

void BucketLifecycle::walk_objects() {
    ListRequest request;
    request.bucket = bucket_.name;
    request.max_entries = page_size;
    while (!stops()) {
        const ListResult page = objects_.list(request);
        for (const ObjectInfo& object : page.objects)
            expire_current(object);
        if (!page.is_truncated)
            return;
        request.start_after = page.next_after;
    }
}

// Versions come newest first within a key: each has been noncurrent since the one before it came.
void BucketLifecycle::walk_versions() {
    ListVersionsRequest request;
    request.bucket = bucket_.name;
    request.max_entries = page_size;
    std::optional<ObjectInfo> newer;
    std::optional<ObjectInfo> lone_marker;  // newest of its key, nothing below it so far
    std::int64_t number = 0;
    while (!stops()) {
        const ListVersionsResult page = objects_.list_versions(request);
        for (const ObjectInfo& version : page.versions) {
            const bool same_key = newer && newer->key == version.key;
            if (lone_marker && !same_key)
                remove_lone_marker(*lone_marker);
            lone_marker.reset();
            number = same_key ? number + 1 : 0;
            if (same_key)
                expire_noncurrent(version, newer->modified, number);
            else if (version.is_marker)
                lone_marker = version;
            else
                expire_current(version);
            newer = version;
        }
        if (!page.is_truncated)
            break;
        request.key_marker = page.next_key_marker;
        request.version_marker = page.next_version_marker;
    }
    if (lone_marker && !stops())
        remove_lone_marker(*lone_marker);
}

void BucketLifecycle::expire_current(const ObjectInfo& object) {
    for (const LifecycleRule& rule : rules_) {
        const bool due = is_due(object.modified, rule.expire_after_days) ||
                         (rule.expire_at && *rule.expire_at <= now_);
        if (!due || !rule.filter.fits(object.key, object.size_bytes) || !has_tags(rule, object))
            continue;
        WriteConditions unchanged;
        unchanged.if_match = object.etag.to_text();
        unchanged.if_match_modified_s = object.modified.seconds;
        act({Kind::expire_current, {}, object.key, {}, rule.id}, [&] {
            std::ignore = objects_.remove(owner_, bucket_.name, object.key, {}, unchanged);
        });
        return;
    }
}

void BucketLifecycle::expire_noncurrent(const ObjectInfo& version,
                                        Timestamp since,
                                        std::int64_t number) {
    for (const LifecycleRule& rule : rules_) {
        if (!is_due(since, rule.expire_noncurrent_after_days) ||
            number <= rule.keep_newest_noncurrent ||
            !rule.filter.fits(version.key, version.size_bytes) || !has_tags(rule, version))
            continue;
        WriteConditions still;
        still.if_noncurrent = true;
        act({Kind::expire_noncurrent, {}, version.key, version.version.to_text(), rule.id}, [&] {
            std::ignore =
                objects_.remove(owner_, bucket_.name, version.key, version.version, still);
        });
        return;
    }
}

void BucketLifecycle::remove_lone_marker(const ObjectInfo& marker) {
    for (const LifecycleRule& rule : rules_) {
        const bool due =
            rule.expire_lone_markers || is_due(marker.modified, rule.expire_after_days);
        if (!due || !marker.key.starts_with(rule.filter.prefix) || !rule.filter.tags.empty())
            continue;
        act({Kind::remove_marker, {}, marker.key, marker.version.to_text(), rule.id}, [&] {
            std::ignore = objects_.remove(owner_, bucket_.name, marker.key, marker.version, {});
        });
        return;
    }
}

}  // namespace alexander
