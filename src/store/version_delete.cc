#include "store/version_delete.h"

#include "base/error.h"
#include "catalog/buckets.h"
#include "catalog/inodes.h"
#include "catalog/versions.h"
#include "store/change_rows.h"
#include "store/files/extended.h"
#include "store/object_lock.h"
#include "store/object_write.h"

#include <utility>

namespace alexander {
namespace {

/// A row goes with the last name and version of its inode.
void forget_inode(CommitScope& scope, catalog::Ino ino) {
    const std::optional<catalog::Inode> inode = catalog::find_inode(scope.rows(), ino);
    if (inode && inode->nlink <= 0 && !catalog::has_versions_of(scope.rows(), ino))
        catalog::delete_inode(scope.rows(), ino);
}

/// Takes the current object's name away and leaves its history as it is.
void drop_slot(const Removal& removal, const WriteTarget& target) {
    catalog::Transaction& rows = removal.scope.rows();
    catalog::Slot slot = *target.resolved.slot;
    if (slot.is_directory() && catalog::has_slots(rows, slot.ino)) {
        slot.flags &= ~catalog::SlotFlags::directory_object;
        slot.object = catalog::ObjectState{};
        slot.object.modified = removal.scope.now();
        slot.object.owner = target.bucket.owner;
        catalog::put_slot(rows, slot);
        log_slot(rows, catalog::ChangeKind::slot_put, slot);
        return;
    }
    catalog::delete_slot(rows, slot.parent, slot.name);
    log_slot(rows, catalog::ChangeKind::slot_removed, slot);
    if (slot.is_directory())
        remove_directory_row(removal.scope, slot);
    else
        release_inode(removal.scope, target.bucket, slot);
    prune_parents(rows, target.bucket, target.resolved.directories);
}

/// The POSIX identity that the version had goes to its new inode. Other versions may show the old.
void copy_inode(const Removal& removal, catalog::Ino from, const catalog::Slot& slot) {
    std::optional<catalog::Inode> inode = catalog::find_inode(removal.scope.rows(), from);
    if (!inode || from == slot.ino)
        return;
    const files::Extended extended = files::open_extended(removal.keyring, *inode);
    inode->ino = slot.ino;
    inode->nlink = 1;
    inode->object = slot.object;
    inode->ctime = removal.scope.now();
    inode->sealed_extended =
        files::seal_extended(removal.keyring, removal.random, slot.ino, extended);
    catalog::put_inode(removal.scope.rows(), *inode);
}

/// The newest version that is left becomes current, in a new inode.
void expose(const Removal& removal, const WriteTarget& target, catalog::Version version) {
    catalog::Transaction& rows = removal.scope.rows();
    const std::optional<catalog::Slot>& former = target.resolved.slot;
    catalog::Slot slot = former ? *former : make_slot(removal.scope, target);
    const bool shares_ino = former && former->is_directory();
    if (!shares_ino)
        slot.ino = rows.next_id(catalog::IdKind::ino);
    slot.kind = version.kind;
    slot.flags &= ~catalog::SlotFlags::hard_links;
    if (slot.is_directory())
        slot.flags |= catalog::SlotFlags::directory_object;
    if (slot.row_id == 0)
        slot.row_id = rows.next_id(catalog::IdKind::slot_row);
    slot.object = version.object;
    if (!slot.is_directory())
        copy_inode(removal, version.ino, slot);
    const catalog::Ino shown_before = std::exchange(version.ino, slot.ino);
    catalog::update_version(rows, version);
    if (!slot.is_directory())
        forget_inode(removal.scope, shown_before);
    log_version(rows, version);
    catalog::put_slot(rows, slot);
    log_slot(rows, catalog::ChangeKind::slot_put, slot, former && !shares_ino ? former->ino : 0);
    if (former && !shares_ino) {
        release_inode(removal.scope, target.bucket, *former);
        forget_inode(removal.scope, former->ino);
    }
}

std::optional<catalog::Version> find_row(catalog::Snapshot& rows,
                                         catalog::BucketId bucket,
                                         std::string_view key,
                                         const VersionId& id) {
    if (id.is_null())
        return catalog::find_null_version(rows, bucket, key);
    std::optional<catalog::Version> row = catalog::find_version(rows, bucket, key, id.seq());
    return row && !row->object.is_null ? row : std::nullopt;
}

/// Makes what is now the newest version current, or nothing.
void renew_current(const Removal& removal, const WriteTarget& target, catalog::Usage& usage) {
    const std::optional<catalog::Version> next =
        catalog::newest_version(removal.scope.rows(), target.bucket.id, target.key);
    const bool had_object = target.has_object();
    if (next && !next->is_marker) {
        expose(removal, target, *next);
        usage.objects += had_object ? 0 : 1;
    } else if (had_object) {
        drop_slot(removal, target);
        usage.objects -= 1;
    }
}

/// The slot is an older version's than versioning: it has no row, and goes by the id `null`.
bool is_own_null(const Removal& removal, const WriteTarget& target) {
    return target.has_object() && target.resolved.slot->object.is_null &&
           !find_current_version(
               removal.scope.rows(), target.bucket, target.key, *target.resolved.slot);
}

void delete_row(const Removal& removal,
                const WriteTarget& target,
                const catalog::Version& row,
                catalog::Usage& usage) {
    catalog::Transaction& rows = removal.scope.rows();
    const catalog::VersionSeq seq = row.object.version_seq;
    const bool was_newest =
        catalog::newest_version(rows, row.bucket, row.key)->object.version_seq == seq;
    catalog::delete_version(rows, row.bucket, row.key, seq);
    log_version(rows, row);
    usage.versions -= 1;
    usage.bytes -= row.object.size;
    if (was_newest)
        renew_current(removal, target, usage);
    if (row.ino != 0)
        forget_inode(removal.scope, row.ino);
}

/// Markers have no ETag: only "*" is true of them.
void check_match(const Removal& removal,
                 const catalog::ObjectState* state,
                 bool is_marker,
                 const WriteConditions& conditions) {
    if (!conditions.is_conditional())
        return;
    if (state == nullptr && !conditions.if_match)
        return;
    if (state == nullptr)
        throw Error(ErrorCode::no_such_key, "no such version to match");
    const bool is_equal =
        !conditions.if_match || *conditions.if_match == "*" ||
        (!is_marker && reveal_etag(removal.keyring, *state).to_text() == *conditions.if_match);
    if (!is_equal)
        throw Error(ErrorCode::precondition_failed, "the version has another ETag");
    check_size_and_time(*state, conditions);
}

void check_noncurrent(const Removal& removal,
                      const catalog::Version& row,
                      const WriteConditions& conditions) {
    if (!conditions.if_noncurrent)
        return;
    const auto newest = catalog::newest_version(removal.scope.rows(), row.bucket, row.key);
    if (newest->object.version_seq == row.object.version_seq)
        throw Error(ErrorCode::precondition_failed, "the version is current");
}

}  // namespace

void remove_directory_row(CommitScope& scope, const catalog::Slot& slot) {
    if (catalog::find_inode(scope.rows(), slot.ino))
        catalog::delete_inode(scope.rows(), slot.ino);
}

DeleteResult remove_version(const Removal& removal,
                            std::string_view key,
                            const VersionId& id,
                            const WriteConditions& conditions) {
    const WriteTarget target = find_target(removal.scope, removal.bucket, key);
    DeleteResult result;
    if (target.bucket.keeps_history())
        result.version = id;
    const std::optional<catalog::Version> row =
        find_row(removal.scope.rows(), removal.bucket, key, id);
    catalog::Usage usage;
    if (row) {
        check_match(removal, &row->object, row->is_marker, conditions);
        check_unlocked(*row, removal.scope.now(), removal.governance);
        check_noncurrent(removal, *row, conditions);
        result.is_marker = row->is_marker;
        delete_row(removal, target, *row, usage);
    } else if (id.is_null() && is_own_null(removal, target)) {
        if (conditions.if_noncurrent)
            throw Error(ErrorCode::precondition_failed, "the version is current");
        const catalog::ObjectState& state = target.resolved.slot->object;
        check_match(removal, &state, false, conditions);
        usage.objects -= 1;
        usage.bytes -= state.size;
        drop_slot(removal, target);
    } else {
        // An id is never given twice: what it named is gone for good, and deleting it again is
        // done already. Only the null version may have been another.
        if (id.is_null())
            check_match(removal, nullptr, false, conditions);
        return result;
    }
    catalog::add_usage(removal.scope.rows(), removal.bucket, usage);
    return result;
}

}  // namespace alexander
