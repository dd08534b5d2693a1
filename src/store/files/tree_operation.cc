#include "store/files/tree_operation.h"

namespace alexander::files {

void Operation::put_inode(KnownInode& known, catalog::Inode inode) {
    // Of an inode without names that nothing holds in the catalog the row is gone: it would never
    // go again.
    if (known.orphan && !(known.held && known.in_catalog)) {
        inode.object = known.inode.object;
        known.inode = std::move(inode);
    } else {
        add(PutInode{std::move(inode)});
    }
}

void Operation::make_explicit(const KnownInode& directory) {
    if (directory.implicit)
        add(ChangeFlags{*directory.implicit, catalog::SlotFlags::explicit_directory, 0});
}

void Operation::touch_directory(KnownInode& directory) {
    make_explicit(directory);
    catalog::Inode inode = directory.inode;
    inode.mtime = inode.ctime = now;
    add(PutInode{std::move(inode)});
}

void Operation::drop_link(KnownInode& known) {
    catalog::Inode inode = known.inode;
    if (inode.kind == catalog::FileKind::directory) {
        add(DropInode{inode.ino});
        return;
    }
    inode.nlink = inode.nlink > 0 ? inode.nlink - 1 : 0;
    inode.ctime = now;
    if (inode.nlink > 0) {
        add(PutInode{std::move(inode)});
    } else if (known.handles > 0) {
        const catalog::Ino ino = inode.ino;
        add(PutInode{std::move(inode)});
        add(HoldInode{ino, true});
    } else {
        add(DropInode{inode.ino});
    }
}

void Operation::drop_name(const catalog::Slot& slot) {
    if (is_marker(slot.ino)) {
        add(DropMarker{slot.bucket, slot.parent});
        return;
    }
    KnownInode& known = view.inode(slot.ino, &slot);
    pin_counterpart(slot);
    add(DropName{slot, !slot.is_directory()});
    drop_link(known);
}

void Operation::drop_replaced(const catalog::Slot& slot) {
    drop_link(view.inode(slot.ino, &slot));
}

void Operation::pin_counterpart(const catalog::Slot& slot) {
    const auto other = view.find_piece(slot.parent, counterpart(slot.name));
    if (other && !other->has(catalog::SlotFlags::escaped) &&
        yields_to(*other, &slot) == Yields::yes)
        add(ChangeFlags{*other, catalog::SlotFlags::escaped, 0});
}

}  // namespace alexander::files
