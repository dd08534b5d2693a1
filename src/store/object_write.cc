#include "store/object_write.h"

#include "base/error.h"
#include "catalog/inodes.h"
#include "catalog/versions.h"
#include "store/object_lock.h"
#include "store/objects.h"
#include "store/posix_metadata.h"
#include "store/quota.h"

namespace alexander {
namespace {

catalog::Inode default_inode(const catalog::Bucket& bucket,
                             const catalog::Slot& slot,
                             Timestamp now) {
    catalog::Inode inode;
    inode.ino = slot.ino;
    inode.bucket = bucket.id;
    inode.kind = slot.kind;
    inode.mode = slot.is_directory() ? bucket.directory_mode : bucket.file_mode;
    inode.uid = bucket.uid;
    inode.gid = bucket.gid;
    inode.parent = slot.is_directory() ? slot.parent : 0;
    inode.atime = inode.mtime = inode.ctime = inode.btime = now;
    return inode;
}

/// Writes the inode row of a slot that has just got its content, if it needs one.
void write_inode(CommitScope& scope,
                 const WriteTarget& target,
                 const catalog::Slot& slot,
                 const PosixMetadata& metadata) {
    const bool is_adopted = metadata.is_adopted(target.bucket);
    if (!is_adopted && (!target.replaced || slot.is_directory()))
        return;
    catalog::Inode inode = default_inode(target.bucket, slot, scope.now());
    if (target.replaced && slot.is_directory()) {
        inode = *target.replaced;
        inode.ctime = scope.now();
    } else if (target.replaced) {
        inode.mode = target.replaced->mode;
        inode.uid = target.replaced->uid;
        inode.gid = target.replaced->gid;
    }
    adopt(target.bucket, metadata, inode);
    inode.object = slot.object;
    catalog::put_inode(scope.rows(), inode);
}

}  // namespace

void lock_current(const HistoryContext& context,
                  std::string_view key,
                  const catalog::Slot& slot,
                  const ObjectLock& lock) {
    if (lock.retention.mode == RetentionMode::none && !lock.legal_hold)
        return;
    auto row = find_current_version(context.scope.rows(), context.bucket, key, slot);
    if (!row)
        throw Error(ErrorCode::bucket_state, "a version without history cannot be locked");
    row->retain_mode = static_cast<std::uint8_t>(lock.retention.mode);
    row->retain_seconds = lock.retention.until_seconds;
    row->legal_hold = lock.legal_hold;
    catalog::update_version(context.scope.rows(), *row);
}

catalog::Slot make_slot(CommitScope& scope, const WriteTarget& target) {
    const std::vector<std::string_view> pieces = split_key(target.key);
    catalog::Slot slot;
    slot.parent =
        make_parents(scope.rows(), target.bucket, target.key, target.resolved, scope.now());
    slot.name = pieces.back();
    slot.bucket = target.bucket.id;
    slot.flags = escape_flag(scope.rows(), slot.parent, slot.name);
    return slot;
}

WriteTarget find_target(CommitScope& scope, catalog::BucketId bucket, std::string_view key) {
    WriteTarget target;
    target.bucket = bucket_row(scope, bucket);
    target.key = key;
    target.resolved = resolve_key(scope.rows(), target.bucket, key);
    if (target.resolved.slot) {
        target.replaced = catalog::find_inode(scope.rows(), target.resolved.slot->ino);
    }
    return target;
}

void check_conditions(const Keyring& keyring,
                      const WriteTarget& target,
                      const WriteConditions& conditions) {
    const bool exists = target.has_object();
    if (conditions.if_none_match_any && exists)
        throw Error(ErrorCode::precondition_failed, "the key exists");
    if (!exists && conditions.if_match)
        throw Error(ErrorCode::no_such_key, "no object to match " + target.key);
    if (!exists || !conditions.is_conditional())
        return;
    const catalog::ObjectState& state = target.resolved.slot->object;
    const std::string etag = reveal_etag(keyring, state).to_text();
    if (conditions.if_match && *conditions.if_match != "*" && *conditions.if_match != etag)
        throw Error(ErrorCode::precondition_failed, "the key has another ETag");
    if (conditions.if_none_match == etag)
        throw Error(ErrorCode::precondition_failed, "the key has that ETag");
    check_size_and_time(state, conditions);
}

void check_size_and_time(const catalog::ObjectState& state, const WriteConditions& conditions) {
    if (conditions.if_match_size &&
        *conditions.if_match_size != static_cast<std::uint64_t>(state.size))
        throw Error(ErrorCode::precondition_failed, "the object has another size");
    if (conditions.if_match_modified_s && *conditions.if_match_modified_s != state.modified.seconds)
        throw Error(ErrorCode::precondition_failed, "the object was modified at another time");
}

WrittenVersion write_version(CommitScope& scope,
                             const Keyring& keyring,
                             const WriteTarget& target,
                             const NewVersion& version) {
    const HistoryContext context{scope, keyring, target.bucket, catalog::Origin::s3};
    const PosixMetadata metadata = read_posix_metadata(version.attributes);
    const std::optional<catalog::Slot>& former = target.resolved.slot;
    catalog::Slot slot = former ? *former : make_slot(scope, target);
    slot.object =
        make_state(context, version.size_bytes, version.etag, version.content, version.owner);
    slot.object.sealed_attributes = version.sealed_attributes;
    if (former && former->object.version_seq != 0)
        slot.object.profile = former->object.profile;
    if (target.key.ends_with('/')) {
        // What hangs below refers to the directory's ino: a `d/` object shares it.
        slot.kind = catalog::FileKind::directory;
        slot.flags |= catalog::SlotFlags::directory_object;
        if (!former)
            slot.ino = scope.rows().next_id(catalog::IdKind::ino);
    } else {
        slot.kind = version.kind.value_or(
            kind_of(target.bucket, metadata, version.attributes, version.size_bytes));
        slot.flags &= ~catalog::SlotFlags::hard_links;
        slot.ino = scope.rows().next_id(catalog::IdKind::ino);
    }
    const ObjectLock lock = lock_of_new(target.bucket, version.lock, scope.now());
    put_named_slot(context, NamedSlot{slot, target.key}, former);
    lock_current(context, target.key, slot, lock);
    write_inode(scope, target, slot, metadata);
    if (former && !former->is_directory())
        release_inode(scope, target.bucket, *former);

    const PutResult result{
        slot.object.is_null ? VersionId::null() : VersionId::of(slot.object.version_seq),
        target.bucket.keeps_history(),
        version.etag,
        slot.object.modified};
    return {result, slot.object.version_seq};
}

void release_inode(CommitScope& scope, const catalog::Bucket& bucket, const catalog::Slot& former) {
    std::optional<catalog::Inode> inode = catalog::find_inode(scope.rows(), former.ino);
    if (!inode)
        return;
    inode->nlink -= 1;
    if (inode->nlink <= 0 && !bucket.keeps_history()) {
        catalog::delete_inode(scope.rows(), inode->ino);
        return;
    }
    inode->ctime = scope.now();
    catalog::put_inode(scope.rows(), *inode);
}

PutResult Objects::put(const Identity& who, NewObject object) {
    check_key(object.key);
    const catalog::BucketId bucket = bucket_settings(engine_, object.bucket).id;
    const std::optional<Bytes> sealed = seal_attributes(engine_, object.attributes);
    PutResult result;
    Work work = object.content.start_work();
    work.change = [&](CommitScope& scope) {
        const WriteTarget target = find_target(scope, bucket, object.key);
        check_conditions(engine_.keyring, target, object.conditions);
        check_quota(scope, target, object.content.size_bytes());
        const catalog::ContentId content = object.content.commit(scope);
        const NewVersion version{object.content.size_bytes(),
                                 object.etag,
                                 content,
                                 who.user,
                                 object.attributes,
                                 sealed,
                                 object.lock};
        result = write_version(scope, engine_.keyring, target, version).result;
    };
    commit_to_bucket(engine_, bucket, std::move(work));
    return result;
}

}  // namespace alexander
