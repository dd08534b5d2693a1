#include "store/object_delete.h"

#include "base/error.h"
#include "catalog/versions.h"
#include "store/object_view.h"
#include "store/objects.h"

namespace alexander {
namespace {

HistoryContext history(const Removal& removal, const WriteTarget& target) {
    return {removal.scope, removal.keyring, target.bucket, catalog::Origin::s3};
}

/// True for an explicit directory that S3 shows as an object of no bytes: deleting that is rmdir.
bool is_empty_directory(const Removal& removal, const WriteTarget& target) {
    const std::optional<catalog::Slot>& slot = target.resolved.slot;
    return slot && is_listed_directory(target.bucket, *slot, true) &&
           !catalog::has_slots(removal.scope.rows(), slot->ino);
}

/// A marker has a size, of nothing, and a time, though no ETag.
void check_marker(const Removal& removal,
                  const WriteTarget& target,
                  const WriteConditions& conditions) {
    if (target.has_object() || !target.bucket.keeps_history() || !conditions.is_conditional())
        return;
    const auto newest = catalog::newest_version(removal.scope.rows(), target.bucket.id, target.key);
    if (newest)
        check_size_and_time(newest->object, conditions);
}

}  // namespace

std::optional<catalog::Version> bury_current(const Removal& removal, const WriteTarget& target) {
    catalog::Transaction& rows = removal.scope.rows();
    const catalog::Slot& slot = *target.resolved.slot;
    const NamedSlot named{slot, target.key};
    std::optional<catalog::Version> marker;
    if (slot.is_directory() && catalog::has_slots(rows, slot.ino)) {
        marker = remove_directory_object(history(removal, target), named);
    } else {
        marker = remove_named_slot(history(removal, target), named);
        if (slot.is_directory())
            remove_directory_row(removal.scope, slot);
        else
            release_inode(removal.scope, target.bucket, slot);
        prune_parents(rows, target.bucket, target.resolved.directories);
    }
    return marker;
}

DeleteResult remove_current(const Removal& removal,
                            std::string_view key,
                            const WriteConditions& conditions) {
    const WriteTarget target = find_target(removal.scope, removal.bucket, key);
    check_conditions(removal.keyring, target, conditions);
    check_marker(removal, target, conditions);
    std::optional<catalog::Version> marker;
    if (target.has_object()) {
        marker = bury_current(removal, target);
    } else if (is_empty_directory(removal, target)) {
        bury_current(removal, target);
        return {};
    } else if (target.bucket.keeps_history()) {
        marker = add_marker(history(removal, target), key, removal.user);
    }
    if (!marker)
        return {};
    const bool is_null = marker->object.is_null;
    return {is_null ? VersionId::null() : VersionId::of(marker->object.version_seq), true};
}

DeleteResult Objects::remove(const Identity& who,
                             std::string_view bucket,
                             std::string_view key,
                             const std::optional<VersionId>& version,
                             const WriteConditions& conditions,
                             Governance governance) {
    check_key(key);
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    DeleteResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        const Removal removal{scope, engine_.keyring, engine_.random, id, who.user, governance};
        result = version ? remove_version(removal, key, *version, conditions)
                         : remove_current(removal, key, conditions);
    };
    commit_to_bucket(engine_, id, std::move(work));
    return result;
}

std::vector<Objects::RemoveOutcome> Objects::remove_many(const Identity& who,
                                                         std::string_view bucket,
                                                         const std::vector<RemoveItem>& items,
                                                         Governance governance) {
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    std::vector<RemoveOutcome> outcomes;
    Work work;
    work.change = [&](CommitScope& scope) {
        const Removal removal{scope, engine_.keyring, engine_.random, id, who.user, governance};
        outcomes.assign(items.size(), {});
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::int64_t rows_before = scope.rows().rows_written();
            try {
                const RemoveItem& item = items[i];
                check_key(item.key);
                outcomes[i].result =
                    item.version ? remove_version(removal, item.key, *item.version, item.conditions)
                                 : remove_current(removal, item.key, item.conditions);
            } catch (const Error& error) {
                // Refused before it changed anything: the others go on.
                if (scope.rows().rows_written() != rows_before)
                    throw;
                outcomes[i].error = error;
            }
        }
    };
    commit_to_bucket(engine_, id, std::move(work));
    return outcomes;
}

}  // namespace alexander
