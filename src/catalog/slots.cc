#include "catalog/slots.h"

#include "catalog/inodes.h"
#include "catalog/rows.h"

#include <algorithm>
#include <utility>

namespace alexander::catalog {
namespace {

constexpr auto columns = sql::text(
    "parent, name, row_id, ino, bucket, kind, flags, size, etag, etag_parts, modified_s,"
    " modified_ns, version_seq, is_null, content, owner, profile, commit_seq");
constexpr auto select_bare = sql::text("SELECT ") + columns + sql::text(" FROM slot");
constexpr auto select_slot = sql::text("SELECT ") + columns + sql::text(", attributes FROM slot");
constexpr auto at_name = sql::text(" WHERE parent = $1 AND name >= $2 ORDER BY name LIMIT $3");

constexpr auto slot_by_name = select_slot + sql::text(" WHERE parent = $1 AND name = $2");
constexpr auto slots_by_ino =
    select_slot + sql::text(" WHERE ino = $1 ORDER BY parent, name LIMIT $2");
constexpr auto slots_from = select_slot + at_name;
constexpr auto bare_slots_from = select_bare + at_name;
constexpr auto slots_after_row =
    select_slot + sql::text(" WHERE parent = $1 AND row_id > $2 ORDER BY row_id LIMIT $3");

constexpr std::size_t reserved_at_most = 1'000;

void decode(sql::Row row, Slot& slot, Attributes attributes) {
    ObjectState& object = slot.object;
    row.read(slot.parent,
             slot.name,
             slot.row_id,
             slot.ino,
             slot.bucket,
             slot.kind,
             slot.flags,
             object.size,
             object.masked_etag,
             object.etag_parts,
             object.modified,
             object.version_seq,
             object.is_null,
             object.content,
             object.owner,
             object.profile,
             slot.commit_seq);
    if (attributes == Attributes::yes) {
        row.read(object.sealed_attributes);
    }
}

/// Fills in what a slot with hard links does not repeat. Its owner and null flag are its own.
void join_inode(Snapshot& snapshot, Slot& slot, Attributes attributes) {
    if (!slot.has(SlotFlags::hard_links)) {
        return;
    }
    auto inode = find_inode(snapshot, slot.ino);
    if (!inode) {
        return;  // a fault for fsck to name; listing goes on
    }
    const bool is_null = slot.object.is_null;
    const UserId owner = slot.object.owner;
    slot.object = std::move(inode->object);
    slot.object.is_null = is_null;
    slot.object.owner = owner;
    if (attributes == Attributes::no) {
        slot.object.sealed_attributes.reset();
    }
}

/// The slots of a query until the first name that is not before `until`.
std::vector<Slot> collect(Snapshot& snapshot,
                          sql::Query& query,
                          std::string_view until,
                          std::size_t limit,
                          Attributes attributes) {
    std::vector<Slot> slots;
    slots.reserve(std::min(limit, reserved_at_most));
    while (query.next()) {
        if (!is_before(as_text(query.blob(1)), until)) {
            break;
        }
        decode(query.row(), slots.emplace_back(), attributes);
    }
    for (Slot& slot : slots) {
        join_inode(snapshot, slot, attributes);
    }
    return slots;
}

}  // namespace

std::optional<Slot> find_slot(Snapshot& snapshot, Ino parent, std::string_view name) {
    sql::Query query(snapshot.connection(), slot_by_name, parent, as_bytes(name));
    if (!query.next()) {
        return std::nullopt;
    }
    std::optional<Slot> slot(std::in_place);
    decode(query.row(), *slot, Attributes::yes);
    join_inode(snapshot, *slot, Attributes::yes);
    return slot;
}

std::vector<Slot> slots_of_inode(Snapshot& snapshot, Ino ino, std::size_t limit) {
    sql::Query query(snapshot.connection(), slots_by_ino, ino, limit);
    return collect(snapshot, query, {}, limit, Attributes::yes);
}

void put_slot(Transaction& transaction, const Slot& slot) {
    const ObjectState& object = slot.object;
    sql::execute(transaction.connection(),
                 "INSERT INTO slot (parent, name, row_id, ino, bucket, kind, flags, size, etag,"
                 " etag_parts, modified_s, modified_ns, version_seq, is_null, content, owner,"
                 " profile, commit_seq, attributes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
                 " $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
                 " ON CONFLICT (parent, name) DO UPDATE SET row_id = excluded.row_id,"
                 " ino = excluded.ino, bucket = excluded.bucket, kind = excluded.kind,"
                 " flags = excluded.flags, size = excluded.size, etag = excluded.etag,"
                 " etag_parts = excluded.etag_parts, modified_s = excluded.modified_s,"
                 " modified_ns = excluded.modified_ns, version_seq = excluded.version_seq,"
                 " is_null = excluded.is_null, content = excluded.content, owner = excluded.owner,"
                 " profile = excluded.profile, commit_seq = excluded.commit_seq,"
                 " attributes = excluded.attributes",
                 slot.parent,
                 as_bytes(slot.name),
                 slot.row_id,
                 slot.ino,
                 slot.bucket,
                 slot.kind,
                 slot.flags,
                 object.size,
                 object.masked_etag,
                 object.etag_parts,
                 object.modified,
                 object.version_seq,
                 object.is_null,
                 object.content,
                 object.owner,
                 object.profile,
                 transaction.commit_seq(),
                 object.sealed_attributes);
}

void delete_slot(Transaction& transaction, Ino parent, std::string_view name) {
    sql::execute(transaction.connection(),
                 "DELETE FROM slot WHERE parent = $1 AND name = $2",
                 parent,
                 as_bytes(name));
}

bool has_slots(Snapshot& snapshot, Ino parent) {
    return has_row(snapshot.connection(), "SELECT 1 FROM slot WHERE parent = $1 LIMIT 1", parent);
}

std::vector<Slot> scan_slots(Snapshot& snapshot,
                             Ino parent,
                             std::string_view from,
                             std::string_view until,
                             std::size_t limit,
                             Attributes attributes) {
    // The end is compared here: as a second bound it would be one more statement for the engine.
    const sql::SqlText text =
        attributes == Attributes::yes ? sql::SqlText(slots_from) : sql::SqlText(bare_slots_from);
    sql::Query query(snapshot.connection(), text, parent, as_bytes(from), limit);
    return collect(snapshot, query, until, limit, attributes);
}

std::vector<Slot> scan_directory(Snapshot& snapshot,
                                 Ino parent,
                                 SlotRow after_row,
                                 std::size_t limit) {
    sql::Query query(snapshot.connection(), slots_after_row, parent, after_row, limit);
    return collect(snapshot, query, {}, limit, Attributes::yes);
}

SlotRow newest_row(Snapshot& snapshot, Ino parent) {
    sql::Query query(snapshot.connection(),
                     "SELECT row_id FROM slot WHERE parent = $1 ORDER BY row_id DESC LIMIT 1",
                     parent);
    return query.next() ? query.integer(0) : 0;
}

std::int64_t count_subdirectories(Snapshot& snapshot, Ino parent) {
    sql::Query query(snapshot.connection(),
                     "SELECT count(*) FROM slot WHERE parent = $1 AND kind = $2",
                     parent,
                     FileKind::directory);
    return query.next() ? query.integer(0) : 0;
}

}  // namespace alexander::catalog
