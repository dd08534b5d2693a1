#include "store/history.h"

#include "catalog/buckets.h"
#include "catalog/slots.h"
#include "catalog/versions.h"
#include "store/change_rows.h"
#include "store/content_use.h"
#include "store/object_lock.h"

namespace alexander {
namespace {

std::array<std::byte, 8> mask_name(catalog::VersionSeq seq) {
    std::array<std::byte, 8> name{};
    auto rest = static_cast<std::uint64_t>(seq);
    for (auto byte = name.rbegin(); byte != name.rend(); ++byte, rest >>= 8U)
        *byte = static_cast<std::byte>(rest & 0xffU);
    return name;
}

bool makes_null_versions(const catalog::Bucket& bucket) {
    return bucket.versioning != catalog::Versioning::enabled;
}

catalog::Version version_of(const HistoryContext& context,
                            std::string_view key,
                            const catalog::Slot& slot) {
    catalog::Version version;
    version.bucket = context.bucket.id;
    version.key = key;
    version.ino = slot.ino;
    version.kind = slot.kind;
    version.object = slot.object;
    version.origin = context.origin;
    return version;
}

void add_row(const HistoryContext& context,
             const catalog::Version& version,
             catalog::Usage& usage) {
    catalog::insert_version(context.scope.rows(), version);
    log_version(context.scope.rows(), version);
    usage.versions += 1;
}

void remove_null_row(const HistoryContext& context, std::string_view key, catalog::Usage& usage) {
    catalog::Transaction& rows = context.scope.rows();
    const std::optional<catalog::Version> row =
        catalog::find_null_version(rows, context.bucket.id, key);
    if (!row)
        return;
    check_unlocked(*row, context.scope.now(), Governance::keep);
    catalog::delete_version(rows, context.bucket.id, key, row->object.version_seq);
    log_version(context.scope.rows(), *row);
    usage.bytes -= row->object.size;
    usage.versions -= 1;
}

/// The object in `slot` stops being current, for one whose id is null or not: it stays as a row, or
/// goes. The former null row goes if the next version is null.
void retire(const HistoryContext& context,
            const NamedSlot& old,
            bool next_is_null,
            catalog::Usage& usage) {
    if (!context.bucket.keeps_history()) {
        usage.bytes -= old.slot.object.size;
        return;
    }
    catalog::Transaction& rows = context.scope.rows();
    const bool has_row = find_current_version(rows, context.bucket, old.key, old.slot).has_value();
    if (next_is_null) {
        remove_null_row(context, old.key, usage);
        if (!has_row)
            usage.bytes -= old.slot.object.size;
    } else if (!has_row) {
        catalog::Version row = version_of(context, old.key, old.slot);
        row.object.is_null = true;
        row.origin = catalog::Origin::s3;  // unknown by now: never taken for a mount's own draft
        add_row(context, row, usage);
    }
}

/// A new current version beside what is there.
void add_current(const HistoryContext& context,
                 const NamedSlot& slot,
                 const std::optional<catalog::Slot>& replaced,
                 catalog::Usage& usage) {
    const bool is_null = slot.slot.object.is_null;
    if (replaced && is_object(*replaced)) {
        retire(context, NamedSlot{*replaced, slot.key}, is_null, usage);
    } else {
        usage.objects += 1;
        if (context.bucket.keeps_history() && is_null)
            remove_null_row(context, slot.key, usage);
    }
    if (context.bucket.keeps_history())
        add_row(context, version_of(context, slot.key, slot.slot), usage);
    usage.bytes += slot.slot.object.size;
}

/// The current version keeps its number and id but may have another content, size or inode.
void change_in_place(const HistoryContext& context,
                     const NamedSlot& slot,
                     const catalog::Slot& replaced,
                     catalog::Usage& usage) {
    usage.bytes += slot.slot.object.size - replaced.object.size;
    if (!context.bucket.keeps_history())
        return;
    catalog::Transaction& rows = context.scope.rows();
    std::optional<catalog::Version> row =
        find_current_version(rows, context.bucket, slot.key, replaced);
    if (!row)
        return;
    const catalog::ObjectState before = row->object;
    row->object = slot.slot.object;
    row->object.version_seq = before.version_seq;
    row->object.is_null = before.is_null;
    row->object.masked_etag = context.keyring.mask_etag(
        mask_name(before.version_seq), reveal_etag(context.keyring, slot.slot.object).digest);
    row->ino = slot.slot.ino;
    row->kind = slot.slot.kind;
    catalog::update_version(rows, *row);
    log_version(context.scope.rows(), *row);
}

std::optional<catalog::Version> bury(const HistoryContext& context, const NamedSlot& slot) {
    catalog::Usage usage;
    usage.objects = -1;
    std::optional<catalog::Version> marker;
    retire(context, slot, makes_null_versions(context.bucket), usage);
    catalog::add_usage(context.scope.rows(), context.bucket.id, usage);
    if (context.bucket.keeps_history())
        marker = add_marker(context, slot.key, slot.slot.object.owner);
    return marker;
}

}  // namespace

catalog::ObjectState make_state(const HistoryContext& context,
                                std::uint64_t size_bytes,
                                const Etag& etag,
                                catalog::ContentId content,
                                catalog::UserId owner) {
    catalog::ObjectState state;
    state.size = static_cast<std::int64_t>(size_bytes);
    state.version_seq = context.scope.rows().next_id(catalog::IdKind::version);
    state.masked_etag = context.keyring.mask_etag(mask_name(state.version_seq), etag.digest);
    state.etag_parts = etag.parts;
    state.modified = context.scope.now();
    state.is_null = makes_null_versions(context.bucket);
    state.content = content;
    state.owner = owner;
    state.profile = context.bucket.profile;
    return state;
}

bool is_object(const catalog::Slot& slot) {
    return !slot.is_directory() || slot.has(catalog::SlotFlags::directory_object);
}

void put_named_slot(const HistoryContext& context,
                    const NamedSlot& slot,
                    const std::optional<catalog::Slot>& replaced) {
    catalog::Transaction& rows = context.scope.rows();
    if (is_object(slot.slot)) {
        catalog::Usage usage;
        const bool in_place = replaced && is_object(*replaced) &&
                              replaced->object.version_seq == slot.slot.object.version_seq;
        if (in_place)
            change_in_place(context, slot, *replaced, usage);
        else
            add_current(context, slot, replaced, usage);
        catalog::add_usage(rows, context.bucket.id, usage);
    }
    use_content(context.scope, slot.slot.object.content);
    catalog::Slot row = slot.slot;
    if (row.row_id == 0)
        row.row_id = replaced ? replaced->row_id : rows.next_id(catalog::IdKind::slot_row);
    catalog::put_slot(rows, row);
    const catalog::Ino old_ino = replaced && replaced->ino != row.ino ? replaced->ino : 0;
    log_slot(context.scope.rows(), catalog::ChangeKind::slot_put, row, old_ino);
}

std::optional<catalog::Version> remove_named_slot(const HistoryContext& context,
                                                  const NamedSlot& slot) {
    std::optional<catalog::Version> marker;
    if (is_object(slot.slot))
        marker = bury(context, slot);
    catalog::delete_slot(context.scope.rows(), slot.slot.parent, slot.slot.name);
    log_slot(context.scope.rows(), catalog::ChangeKind::slot_removed, slot.slot);
    return marker;
}

std::optional<catalog::Version> remove_directory_object(const HistoryContext& context,
                                                        const NamedSlot& slot) {
    std::optional<catalog::Version> marker = bury(context, slot);
    catalog::Slot bare = slot.slot;
    bare.flags &= ~catalog::SlotFlags::directory_object;
    bare.object = catalog::ObjectState{};
    bare.object.modified = context.scope.now();
    bare.object.owner = slot.slot.object.owner;
    bare.object.profile = slot.slot.object.profile;
    catalog::put_slot(context.scope.rows(), bare);
    log_slot(context.scope.rows(), catalog::ChangeKind::slot_put, bare, 0);
    return marker;
}

catalog::Version add_marker(const HistoryContext& context,
                            std::string_view key,
                            catalog::UserId owner) {
    catalog::Usage usage;
    const bool is_null = makes_null_versions(context.bucket);
    if (is_null)
        remove_null_row(context, key, usage);
    catalog::Version marker;
    marker.bucket = context.bucket.id;
    marker.key = key;
    marker.is_marker = true;
    marker.object = make_state(context, 0, Etag{}, 0, owner);
    marker.origin = context.origin;
    add_row(context, marker, usage);
    catalog::add_usage(context.scope.rows(), context.bucket.id, usage);
    return marker;
}

std::optional<catalog::Version> find_current_version(catalog::Snapshot& snapshot,
                                                     const catalog::Bucket& bucket,
                                                     std::string_view key,
                                                     const catalog::Slot& slot) {
    if (!bucket.keeps_history())
        return std::nullopt;
    if (!slot.has(catalog::SlotFlags::hard_links))
        return catalog::find_version(snapshot, bucket.id, key, slot.object.version_seq);
    // The number in a hard-linked slot is its inode's; a key that has a slot and rows has its
    // current version as the newest row.
    return catalog::newest_version(snapshot, bucket.id, key);
}

Etag reveal_etag(const Keyring& keyring, const catalog::ObjectState& state) {
    Etag etag;
    etag.digest = keyring.mask_etag(mask_name(state.version_seq), state.masked_etag);
    etag.parts = state.etag_parts;
    return etag;
}

}  // namespace alexander
