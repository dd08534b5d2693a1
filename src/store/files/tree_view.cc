#include "store/files/tree_view.h"

#include "base/error.h"
#include "catalog/contents.h"
#include "catalog/inodes.h"
#include "catalog/slots.h"
#include "store/content_tree.h"
#include "store/files/object_metadata.h"

#include <cerrno>

namespace alexander::files {
namespace {

constexpr std::size_t scan_batch = 256;

[[noreturn]] void throw_gone(catalog::Ino ino) {
    throw Error(ErrorCode::no_such_file, "inode " + std::to_string(ino) + " is gone", ESTALE);
}

}  // namespace

catalog::Slot bucket_slot(const catalog::Bucket& bucket) {
    catalog::Slot slot;
    slot.parent = root_ino;
    slot.name = bucket.name + "/";
    slot.row_id = bucket.id;
    slot.ino = bucket.root_ino;
    slot.bucket = bucket.id;
    slot.kind = catalog::FileKind::directory;
    slot.flags = catalog::SlotFlags::explicit_directory;
    slot.object.modified = bucket.created;
    return slot;
}

TreeView::TreeView(TreeCore& core, TreeState& state) : core_(core), state_(state) {
    if (core.queue.has_failed() && !state.lost) {
        state.lost = true;  // what was queued is gone: only the catalog is true now
        state.names.forget_copies(core.queue.durable());
    }
    refresh();
}

void TreeView::refresh() {
    catch_up();
    durable_ = core_.queue.durable();
    trim();
}

catalog::Snapshot& TreeView::snapshot() {
    if (!snapshot_)
        snapshot_ = core_.engine.catalog.read();
    return *snapshot_;
}

KnownInode& TreeView::inode(catalog::Ino ino, const catalog::Slot* name) {
    KnownInode* known = find_inode(ino, name);
    if (known == nullptr)
        throw_gone(ino);
    return *known;
}

KnownInode& TreeView::directory(catalog::Ino ino) {
    KnownInode& known = inode(ino);
    if (known.inode.kind != catalog::FileKind::directory)
        throw Error(ErrorCode::not_a_directory, "inode " + std::to_string(ino));
    if (known.orphan)
        throw Error(ErrorCode::no_such_file, "directory " + std::to_string(ino) + " is removed");
    return known;
}

KnownInode* TreeView::find_inode(catalog::Ino ino, const catalog::Slot* name) {
    KnownInode* known = state_.names.find_inode(ino);
    if (known == nullptr) {
        std::optional<KnownInode> loaded = load_inode(ino, name);
        if (!loaded)
            return nullptr;
        known = &state_.names.put_inode(std::move(*loaded));
    }
    if (known->publication && known->publication->number <= core_.queue.durable() &&
        !core_.queue.has_failed()) {
        const auto open = state_.files.find(ino);
        const std::int64_t live_size = known->inode.object.size;
        known->inode.object = known->publication->object;
        known->publication.reset();
        if (open != state_.files.end())
            known->inode.object.size = live_size;
    }
    return known;
}

std::optional<KnownInode> TreeView::load_inode(catalog::Ino ino, const catalog::Slot* name) {
    KnownInode known;
    if (auto row = catalog::find_inode(snapshot(), ino)) {
        if (state_.buckets.count(row->bucket) == 0)
            return std::nullopt;
        known.inode = std::move(*row);
        if (known.inode.kind != catalog::FileKind::directory && known.inode.nlink > 1)
            known.inode.nlink = static_cast<std::int64_t>(
                catalog::slots_of_inode(
                    snapshot(), ino, static_cast<std::size_t>(known.inode.nlink))
                    .size());
        return known;
    }
    std::optional<catalog::Slot> slot;
    if (is_marker(ino)) {
        slot = find_marker(ino);
    } else if (name != nullptr) {
        slot = *name;
    } else if (std::vector<catalog::Slot> slots = catalog::slots_of_inode(snapshot(), ino, 1);
               !slots.empty()) {
        slot = std::move(slots.front());
    } else {
        for (const auto& [id, bucket] : state_.buckets)
            if (bucket.root_ino == ino)
                slot = bucket_slot(bucket);
    }
    if (!slot)
        return std::nullopt;
    const auto bucket = state_.buckets.find(slot->bucket);
    if (bucket == state_.buckets.end())
        return std::nullopt;
    known.inode = default_inode(bucket->second, *slot);
    if (slot->is_directory() && !slot->has(catalog::SlotFlags::explicit_directory))
        known.implicit = std::move(slot);
    return known;
}

const catalog::Bucket* TreeView::bucket_of(const KnownInode& known) const {
    const auto bucket = state_.buckets.find(known.inode.bucket);
    return bucket == state_.buckets.end() ? nullptr : &bucket->second;
}

std::optional<catalog::Slot> TreeView::find_piece(catalog::Ino parent, std::string_view piece) {
    if (piece.empty())
        return std::nullopt;
    if (const KnownName* known = state_.names.find_name(parent, piece))
        return known->slot;
    std::optional<catalog::Slot> slot = catalog::find_slot(snapshot(), parent, piece);
    if (slot)
        state_.names.put_name(*slot, 0);
    else
        state_.names.put_absence(parent, piece, 0);
    return slot;
}

Yields TreeView::yields(const catalog::Slot& slot) {
    const std::optional<catalog::Slot> other = find_piece(slot.parent, counterpart(slot.name));
    return yields_to(slot, other ? &*other : nullptr);
}

std::optional<catalog::Slot> TreeView::find_bucket_name(std::string_view name) const {
    for (const auto& [id, bucket] : state_.buckets)
        if (bucket.name == name)
            return bucket_slot(bucket);
    return std::nullopt;
}

std::optional<catalog::Slot> TreeView::find_shown(catalog::Ino parent, std::string_view name) {
    if (parent == root_ino)
        return find_bucket_name(name);
    const ShownName shown = parse_shown_name(name);
    switch (shown.form) {
        case ShownName::Form::plain:
        case ShownName::Form::object:
        case ShownName::Form::directory:
            break;
        case ShownName::Form::hashed:
            return find_hashed(parent, shown.base, name);
        case ShownName::Form::marker:
            return find_marker(parent);
        case ShownName::Form::unusable:
            return std::nullopt;
    }
    for (const std::string& piece : {shown.object_piece(), shown.directory_piece()}) {
        std::optional<catalog::Slot> slot = find_piece(parent, piece);
        if (slot && show_name(slot->name, yields(*slot)) == name)
            return slot;
    }
    return std::nullopt;
}

std::optional<catalog::Slot> TreeView::find_marker(catalog::Ino directory) {
    const std::vector<catalog::Slot> slots =
        catalog::slots_of_inode(snapshot(), directory & ~marker_bit, 1);
    if (slots.empty() || !slots.front().has(catalog::SlotFlags::directory_object) ||
        slots.front().object.size == 0)
        return std::nullopt;
    catalog::Slot marker = slots.front();
    marker.parent = directory & ~marker_bit;
    marker.name = marker_name;
    marker.ino |= marker_bit;
    marker.kind = catalog::FileKind::regular;
    marker.flags = 0;
    return marker;
}

std::optional<catalog::Slot> TreeView::find_hashed(catalog::Ino parent,
                                                   std::string_view prefix,
                                                   std::string_view shown) {
    std::string from(prefix);
    for (;;) {
        const std::vector<catalog::Slot> slots =
            catalog::scan_slots(snapshot(), parent, from, {}, scan_batch, catalog::Attributes::no);
        for (const catalog::Slot& row : slots) {
            if (!row.name.starts_with(prefix))
                return std::nullopt;
            const std::optional<catalog::Slot> slot = find_piece(parent, row.name);
            if (slot && show_name(slot->name, yields(*slot)) == shown)
                return slot;
        }
        if (slots.size() < scan_batch)
            return std::nullopt;
        from = slots.back().name + '\0';
    }
}

bool TreeView::has_names(KnownInode& directory) {
    const catalog::Ino parent = directory.inode.ino;
    if (const PendingNames::Directory* known = state_.names.names_in(parent);
        known != nullptr && !known->rows.empty())
        return true;
    catalog::SlotRow after = 0;
    for (;;) {
        const std::vector<catalog::Slot> slots =
            catalog::scan_directory(snapshot(), parent, after, scan_batch);
        for (const catalog::Slot& row : slots) {
            const KnownName* known = state_.names.find_name(parent, row.name);
            if (known == nullptr || known->slot)
                return true;
            after = row.row_id;
        }
        if (slots.size() < scan_batch)
            return false;
    }
}

std::int64_t TreeView::subdirectories(KnownInode& directory) {
    if (directory.subdirectories >= 0)
        return directory.subdirectories;
    const catalog::Ino ino = directory.inode.ino;
    std::int64_t count = catalog::count_subdirectories(snapshot(), ino);
    if (const PendingNames::Directory* known_names = state_.names.names_in(ino)) {
        for (const auto& [name, known] : known_names->names) {
            if (known.number <= durable_ || !name.ends_with('/'))
                continue;
            const auto row = catalog::find_slot(snapshot(), ino, name);
            count += (known.slot && known.slot->is_directory() ? 1 : 0) -
                     (row && row->is_directory() ? 1 : 0);
        }
    }
    directory.subdirectories = count;
    return count;
}

Attributes TreeView::attributes(KnownInode& known) {
    const catalog::Inode& inode = known.inode;
    Attributes out;
    out.ino = inode.ino;
    out.kind = inode.kind;
    out.mode = inode.mode;
    out.uid = inode.uid;
    out.gid = inode.gid;
    out.rdev = inode.rdev;
    out.atime = inode.atime;
    out.mtime = inode.mtime;
    out.ctime = inode.ctime;
    if (inode.kind == catalog::FileKind::directory) {
        out.nlink = known.orphan ? 0 : static_cast<std::uint64_t>(2 + subdirectories(known));
        if (inode.ino == root_ino)
            out.nlink = 2 + state_.buckets.size();
        return out;
    }
    out.nlink = static_cast<std::uint64_t>(inode.nlink);
    out.size_bytes = static_cast<std::uint64_t>(inode.object.size);
    out.allocated_bytes = allocated_bytes(known);
    return out;
}

// Counted once for an inode that is known. What was written in sequence, or put over S3 in one
// piece, has no holes.
std::uint64_t TreeView::allocated_bytes(KnownInode& known) {
    const catalog::ObjectState& object = known.inode.object;
    if (known.allocated_bytes >= 0)
        return static_cast<std::uint64_t>(known.allocated_bytes);
    std::int64_t allocated = object.size;
    if (object.etag_parts > 0 && known.inode.kind == catalog::FileKind::regular) {
        try {
            ContentTree tree(core_.engine.chunks, content_of(known));
            for (const ByteRun& hole : holes_of(tree))
                allocated -= static_cast<std::int64_t>(hole.end - hole.begin);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;  // else reading it will say so; attributes are still good
        }
    }
    known.allocated_bytes = allocated;
    return static_cast<std::uint64_t>(allocated);
}

catalog::Content TreeView::content_of(const KnownInode& known) {
    const catalog::ContentId id = known.inode.object.content;
    if (id == 0)
        return {};
    std::optional<catalog::Content> content = catalog::find_content(snapshot(), id);
    if (!content)
        throw Error(ErrorCode::corrupt, "content " + std::to_string(id) + " does not exist");
    return *content;
}

bool TreeView::is_above(catalog::Ino ino, catalog::Ino directory) {
    for (catalog::Ino at = directory; at != 0 && at != root_ino;) {
        if (at == ino)
            return true;
        const KnownInode* known = find_inode(at);
        if (known == nullptr)
            return false;
        at = known->inode.parent;
    }
    return false;
}

}  // namespace alexander::files
