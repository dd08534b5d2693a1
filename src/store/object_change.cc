#include "store/object_change.h"

#include "base/error.h"
#include "catalog/buckets.h"
#include "catalog/inodes.h"
#include "catalog/versions.h"
#include "store/change_rows.h"
#include "store/history.h"
#include "store/object_lock.h"
#include "store/objects.h"

namespace alexander {
namespace {

[[noreturn]] void refuse_marker(std::string_view key) {
    throw Error(ErrorCode::method_not_allowed, "a delete marker of " + std::string(key));
}

VersionInPlace find_current(CommitScope& scope, WriteTarget target) {
    if (!target.has_object()) {
        const auto newest = catalog::newest_version(scope.rows(), target.bucket.id, target.key);
        if (newest && newest->is_marker)
            refuse_marker(target.key);
        throw Error(ErrorCode::no_such_key, "no object " + target.key);
    }
    auto row = find_current_version(scope.rows(), target.bucket, target.key, *target.resolved.slot);
    return {std::move(target), true, std::move(row)};
}

void log_changed(CommitScope& scope, const VersionInPlace& version) {
    if (version.is_current)
        log_slot(scope.rows(), catalog::ChangeKind::slot_put, *version.target.resolved.slot);
    if (version.row)
        log_version(scope.rows(), *version.row);
}

/// The row that a version older than versioning gets once it has something of its own to keep.
catalog::Version make_row(const VersionInPlace& version) {
    const catalog::Slot& slot = *version.target.resolved.slot;
    catalog::Version row;
    row.bucket = version.target.bucket.id;
    row.key = version.target.key;
    row.ino = slot.ino;
    row.kind = slot.kind;
    row.object = slot.object;
    return row;
}

}  // namespace

VersionId VersionInPlace::id() const {
    const catalog::ObjectState& state = row ? row->object : object();
    return state.is_null ? VersionId::null() : VersionId::of(state.version_seq);
}

VersionInPlace find_in_place(CommitScope& scope,
                             catalog::BucketId bucket,
                             std::string_view key,
                             const std::optional<VersionId>& id) {
    WriteTarget target = find_target(scope, bucket, key);
    if (!id)
        return find_current(scope, std::move(target));
    std::optional<catalog::Version> row =
        id->is_null() ? catalog::find_null_version(scope.rows(), bucket, key)
                      : catalog::find_version(scope.rows(), bucket, key, id->seq());
    if (row && row->object.is_null == id->is_null()) {
        if (row->is_marker)
            refuse_marker(key);
        const bool is_current =
            target.has_object() &&
            catalog::newest_version(scope.rows(), bucket, key)->object.version_seq ==
                row->object.version_seq;
        return {std::move(target), is_current, std::move(row)};
    }
    if (id->is_null() && target.has_object()) {
        VersionInPlace current = find_current(scope, std::move(target));
        if (!current.row && current.object().is_null)
            return current;
    }
    throw Error(ErrorCode::no_such_version, "no such version of " + std::string(key));
}

void put_attributes(CommitScope& scope,
                    const VersionInPlace& version,
                    const std::optional<Bytes>& sealed) {
    if (version.is_current) {
        catalog::Slot slot = *version.target.resolved.slot;
        slot.object.sealed_attributes = sealed;
        catalog::put_slot(scope.rows(), slot);
        if (std::optional<catalog::Inode> inode = version.target.replaced) {
            inode->object.sealed_attributes = sealed;
            catalog::put_inode(scope.rows(), *inode);
        }
    }
    if (version.row) {
        catalog::Version row = *version.row;
        row.object.sealed_attributes = sealed;
        catalog::update_version(scope.rows(), row);
    }
    log_changed(scope, version);
}

void put_lock(CommitScope& scope, VersionInPlace& version, const ObjectLock& lock) {
    const bool is_new = !version.row;
    if (is_new)
        version.row = make_row(version);
    version.row->retain_mode = static_cast<std::uint8_t>(lock.retention.mode);
    version.row->retain_seconds = lock.retention.until_seconds;
    version.row->legal_hold = lock.legal_hold;
    version.row->served = true;
    if (is_new) {
        catalog::insert_version(scope.rows(), *version.row);
        catalog::Usage usage;
        usage.versions = 1;
        catalog::add_usage(scope.rows(), version.target.bucket.id, usage);
    } else {
        catalog::update_version(scope.rows(), *version.row);
    }
    log_changed(scope, version);
}

Objects::ChangeResult Objects::set_tags(std::string_view bucket,
                                        std::string_view key,
                                        const std::optional<VersionId>& version,
                                        const Tags& tags) {
    check_key(key);
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    ChangeResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        const VersionInPlace found = find_in_place(scope, id, key, version);
        ObjectAttributes attributes =
            open_attributes(engine_.keyring, found.object().sealed_attributes);
        attributes.tags = tags;
        put_attributes(scope, found, seal_attributes(engine_, attributes));
        result = {found.id(), found.target.bucket.keeps_history()};
    };
    commit_to_bucket(engine_, id, std::move(work));
    return result;
}

Objects::ChangeResult Objects::set_retention(std::string_view bucket,
                                             std::string_view key,
                                             const std::optional<VersionId>& version,
                                             const Retention& retention,
                                             Governance governance) {
    check_key(key);
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    ChangeResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        VersionInPlace found = find_in_place(scope, id, key, version);
        check_lockable(found.target.bucket);
        ObjectLock lock = found.row ? lock_of(*found.row) : ObjectLock{};
        check_retention_change(lock.retention, retention, governance, scope.now());
        lock.retention = retention;
        put_lock(scope, found, lock);
        result = {found.id(), true};
    };
    commit_to_bucket(engine_, id, std::move(work));
    return result;
}

Objects::ChangeResult Objects::set_legal_hold(std::string_view bucket,
                                              std::string_view key,
                                              const std::optional<VersionId>& version,
                                              bool hold) {
    check_key(key);
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    ChangeResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        VersionInPlace found = find_in_place(scope, id, key, version);
        check_lockable(found.target.bucket);
        ObjectLock lock = found.row ? lock_of(*found.row) : ObjectLock{};
        lock.legal_hold = hold;
        put_lock(scope, found, lock);
        result = {found.id(), true};
    };
    commit_to_bucket(engine_, id, std::move(work));
    return result;
}

}  // namespace alexander
