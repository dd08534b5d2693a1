#include "base/error.h"
#include "catalog/buckets.h"
#include "catalog/versions.h"
#include "store/keys.h"
#include "store/object_lock.h"
#include "store/object_view.h"
#include "store/objects.h"
#include "store/served.h"

namespace alexander {
namespace {

/// What was found, with the version row it is shown from.
struct Found {
    ObjectInfo info;
    std::optional<catalog::Version> row;
};

Found view_of_row(const Engine& engine,
                  const BucketView& view,
                  catalog::Version row,
                  bool is_latest) {
    Found found{view_of_version(engine.keyring, row), std::nullopt};
    found.info.is_latest = is_latest;
    found.info.lock = lock_of(row);
    add_details(engine, view, row.object, row.ino, found.info);
    found.row = std::move(row);
    return found;
}

Found view_of_current(const Engine& engine,
                      const BucketView& view,
                      std::string_view key,
                      const catalog::Slot& slot) {
    Found found{view_of_slot(engine.keyring, view.bucket, std::string(key), slot),
                find_current_version(view.rows(), view.bucket, key, slot)};
    if (found.row) {
        found.info.version = view_of_version(engine.keyring, *found.row).version;
        found.info.lock = lock_of(*found.row);
    }
    add_details(engine, view, slot.object, slot.ino, found.info);
    return found;
}

std::optional<Found> find_current(const Engine& engine,
                                  const BucketView& view,
                                  std::string_view key) {
    const std::optional<catalog::Slot> slot = resolve_key(view.rows(), view.bucket, key).slot;
    if (slot && is_object(*slot))
        return view_of_current(engine, view, key, *slot);
    if (view.bucket.keeps_history()) {
        std::optional<catalog::Version> newest =
            catalog::newest_version(view.rows(), view.bucket.id, key);
        if (newest && newest->is_marker)
            return view_of_row(engine, view, std::move(*newest), true);
    }
    if (slot &&
        is_listed_directory(view.bucket, *slot, !catalog::has_slots(view.rows(), slot->ino))) {
        Found found{view_of_directory(view.bucket, std::string(key), *slot), std::nullopt};
        add_directory_details(view, slot->ino, found.info);
        return found;
    }
    return std::nullopt;
}

std::optional<Found> find_by_id(const Engine& engine,
                                const BucketView& view,
                                std::string_view key,
                                const VersionId& id) {
    const catalog::BucketId bucket = view.bucket.id;
    std::optional<catalog::Version> row =
        id.is_null() ? catalog::find_null_version(view.rows(), bucket, key)
                     : catalog::find_version(view.rows(), bucket, key, id.seq());
    if (row && row->object.is_null == id.is_null()) {
        const auto newest = catalog::newest_version(view.rows(), bucket, key);
        const bool is_latest = newest->object.version_seq == row->object.version_seq;
        return view_of_row(engine, view, std::move(*row), is_latest);
    }
    if (!id.is_null())
        return std::nullopt;
    std::optional<Found> current = find_current(engine, view, key);
    const bool is_own_null = current && !current->row && current->info.version.is_null();
    return is_own_null ? std::move(current) : std::nullopt;
}

}  // namespace

ContentWriter Objects::writer(std::string_view bucket, std::string_view key) {
    check_key(key);
    const std::unique_ptr<catalog::Snapshot> snapshot = engine_.catalog.read();
    const std::optional<catalog::Bucket> row = catalog::find_bucket(*snapshot, bucket);
    if (!row)
        throw Error(ErrorCode::no_such_bucket, "no bucket " + std::string(bucket));
    const ResolvedKey resolved = resolve_key(*snapshot, *row, key);
    const std::uint8_t profile = resolved.slot ? resolved.slot->object.profile : row->profile;
    return {engine_, row->domain, static_cast<ChunkProfile>(profile)};
}

ContentReader Objects::reader(const ObjectInfo& object) {
    return {engine_, object.content};
}

std::optional<ObjectInfo> Objects::find(std::string_view bucket,
                                        std::string_view key,
                                        const std::optional<VersionId>& version) {
    check_key(key);
    while (true) {
        const BucketView view = read_bucket(engine_, bucket);
        std::optional<Found> found =
            version ? find_by_id(engine_, view, key, *version) : find_current(engine_, view, key);
        if (!found)
            return std::nullopt;
        if (!found->row || !needs_serving(*found->row))
            return std::move(found->info);
        // Once its id is out, the mount must not change what it names: say so first, then look
        // again.
        mark_served(engine_, {*found->row});
    }
}

ObjectInfo Objects::head(std::string_view bucket,
                         std::string_view key,
                         const std::optional<VersionId>& version) {
    std::optional<ObjectInfo> found = find(bucket, key, version);
    if (!found && version)
        throw Error(ErrorCode::no_such_version, "no such version of " + std::string(key));
    if (found && found->is_marker && version)
        throw Error(ErrorCode::method_not_allowed, "the version is a delete marker");
    if (!found || found->is_marker)
        throw Error(ErrorCode::no_such_key, "no object " + std::string(key));
    return std::move(*found);
}

}  // namespace alexander
