#include "store/files/past_look.h"

#include "catalog/inodes.h"
#include "store/files/object_metadata.h"
#include "store/keys.h"

namespace alexander::files {
namespace {

constexpr std::uint32_t owner_only = 0700;

}  // namespace

std::optional<catalog::Slot> find_live(TreeView& view,
                                       const catalog::Bucket& bucket,
                                       std::string_view key) {
    catalog::Ino parent = bucket.root_ino;
    std::optional<catalog::Slot> slot;
    for (const std::string_view piece : split_key(key)) {
        slot = view.find_piece(parent, piece);
        if (!slot)
            return std::nullopt;
        parent = slot->ino;
    }
    return slot;
}

catalog::Inode look_of_object(TreeView& view,
                              const catalog::Bucket& bucket,
                              const catalog::Version& version) {
    catalog::Slot slot;
    slot.ino = version.ino;
    slot.kind =
        version.kind == catalog::FileKind::directory ? catalog::FileKind::regular : version.kind;
    slot.object = version.object;
    catalog::Inode look = default_inode(bucket, slot);
    if (version.kind == catalog::FileKind::directory)
        return look;  // the body of a `d/` object: its inode is the directory's
    if (auto own =
            version.ino == 0 ? std::nullopt : catalog::find_inode(view.snapshot(), version.ino)) {
        const Timestamp published = look.mtime;
        look = std::move(*own);
        look.kind = version.kind;
        // The row has the times of what was written last.
        if (look.object.version_seq != version.object.version_seq)
            look.mtime = published;
    }
    const auto live = find_live(view, bucket, version.key);
    if (!live || live->kind != version.kind || version.kind == catalog::FileKind::symlink)
        return look;
    if (const KnownInode* known = view.find_inode(live->ino, &*live)) {
        look.ino = known->inode.ino;
        look.mode = known->inode.mode;
        look.uid = known->inode.uid;
        look.gid = known->inode.gid;
        look.sealed_extended = known->inode.sealed_extended;
    }
    return look;
}

catalog::Inode look_of_directory(TreeView& view,
                                 const catalog::Bucket& bucket,
                                 std::string_view key) {
    catalog::Inode look = view.inode(bucket.root_ino).inode;
    catalog::Ino parent = bucket.root_ino;
    for (const std::string_view piece : split_key(key)) {
        const auto slot = view.find_piece(parent, piece);
        const KnownInode* known = slot ? view.find_inode(slot->ino, &*slot) : nullptr;
        if (known == nullptr) {
            look.mode = owner_only;
            look.sealed_extended.reset();
            return look;
        }
        look = known->inode;
        parent = slot->ino;
    }
    return look;
}

Yields past_yields(TreeView& view,
                   const catalog::Bucket& bucket,
                   std::string_view directory,
                   std::string_view piece) {
    const auto live = [&](std::string_view name) {
        return find_live(view, bucket, std::string(directory) + std::string(name));
    };
    const auto own = live(piece);
    const auto other = live(counterpart(piece));
    if (own)
        return yields_to(*own, other ? &*other : nullptr);
    if (other)
        return yields_to(*other, nullptr) == Yields::yes ? Yields::no : Yields::yes;
    return piece.ends_with('/') ? Yields::no : Yields::yes;
}

}  // namespace alexander::files
