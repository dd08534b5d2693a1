#include "fuse/handlers.h"
#include "fuse/reply_boundary.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <unistd.h>

#include <cerrno>
#include <tuple>

namespace alexander::fuse {

files::OpenFor purpose_of(const fuse_file_info& info) {
    return (info.flags & O_ACCMODE) == O_RDONLY ? files::OpenFor::reading : files::OpenFor::writing;
}

void prepare_open(fuse_file_info& info, catalog::Ino ino) {
    // The bytes of an inode change through this kernel only: what it has cached stays right. The
    // body of a directory's object is the exception: S3 replaces it in place.
    info.keep_cache = files::is_marker(ino) ? 0 : 1;
    info.fh = static_cast<std::uint64_t>(info.flags);
}

namespace {

std::uint64_t to_offset(off_t offset) {
    if (offset < 0)
        throw Error(ErrorCode::invalid_argument, "negative offset");
    return static_cast<std::uint64_t>(offset);
}

/// The kernel leaves it to us where the open itself truncates; elsewhere it sends a setattr.
void drop_setuid(MountContext& mount, catalog::Ino ino) {
    const std::uint32_t mode = mount.tree.attributes().get(ino).mode;
    std::uint32_t dropped = mode & ~static_cast<std::uint32_t>(S_ISUID);
    if ((mode & S_IXGRP) != 0)
        dropped &= ~static_cast<std::uint32_t>(S_ISGID);
    if (dropped == mode)
        return;
    files::AttributeChange change;
    change.mode = dropped;
    std::ignore = mount.tree.attributes().set(ino, change);
}

void open(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    answer(request, [&](MountContext& mount) {
        files::DataOperations& data = mount.tree.data();
        const catalog::Ino ino = mount.to_tree(node);
        const files::OpenFor purpose = purpose_of(*info);
        data.open(ino, purpose);
        try {
            if ((info->flags & O_TRUNC) != 0) {
                data.truncate(ino, 0);
                if (caller_of(request).uid != 0)
                    drop_setuid(mount, ino);
            }
        } catch (const Error&) {
            data.release(ino, purpose);
            throw;
        }
        prepare_open(*info, ino);
        if (fuse_reply_open(request, info) == -ENOENT)
            data.release(ino, purpose);
    });
}

/// The flags of the first open, kept in the handle: FLUSH and RELEASE do not carry them reliably.
files::OpenFor purpose_of_handle(const fuse_file_info& info) {
    fuse_file_info opened = info;
    opened.flags = static_cast<int>(info.fh);
    return purpose_of(opened);
}

void release(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    answer(request, [&](MountContext& mount) {
        mount.tree.data().release(mount.to_tree(node), purpose_of_handle(*info));
        fuse_reply_err(request, 0);
    });
}

void read(
    fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        const Bytes bytes = mount.tree.data().read(mount.to_tree(node), to_offset(offset), size);
        fuse_reply_buf(request, reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
}

void write(fuse_req_t request,
           fuse_ino_t node,
           const char* bytes,
           std::size_t size,
           off_t offset,
           fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        mount.tree.data().write(mount.to_tree(node), to_offset(offset), as_bytes({bytes, size}));
        fuse_reply_write(request, size);
    });
}

void flush(fuse_req_t request, fuse_ino_t node, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        mount.tree.data().flush(mount.to_tree(node));
        fuse_reply_err(request, 0);
    });
}

void fsync(fuse_req_t request, fuse_ino_t node, int /*datasync*/, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        mount.tree.data().fsync(mount.to_tree(node));
        fuse_reply_err(request, 0);
    });
}

files::DataOperations::Allocate allocate_mode(int mode) {
    using Allocate = files::DataOperations::Allocate;
    switch (mode) {
        case 0:
            return Allocate::grow;
        case FALLOC_FL_KEEP_SIZE:
            return Allocate::keep_size;
        case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
        case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE:
            return Allocate::punch_hole;
        case FALLOC_FL_ZERO_RANGE:
            return Allocate::zero_range;
        default:
            throw Error(
                ErrorCode::method_not_allowed, "fallocate mode is not supported", EOPNOTSUPP);
    }
}

void fallocate(fuse_req_t request,
               fuse_ino_t node,
               int mode,
               off_t offset,
               off_t length,
               fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        mount.tree.data().allocate(
            mount.to_tree(node), allocate_mode(mode), to_offset(offset), to_offset(length));
        fuse_reply_err(request, 0);
    });
}

void lseek(
    fuse_req_t request, fuse_ino_t node, off_t offset, int whence, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        if (whence != SEEK_DATA && whence != SEEK_HOLE)
            throw Error(ErrorCode::invalid_argument, "unknown whence of lseek");
        // What the kernel holds back would be a hole to us. Told that we cannot tell, it says that
        // all is data.
        if (mount.options.writeback_cache)
            throw Error(ErrorCode::method_not_allowed, "no holes with a writeback cache", ENOSYS);
        files::DataOperations& data = mount.tree.data();
        const catalog::Ino ino = mount.to_tree(node);
        const auto found = whence == SEEK_DATA ? data.seek_data(ino, to_offset(offset))
                                               : data.seek_hole(ino, to_offset(offset));
        if (found)
            fuse_reply_lseek(request, static_cast<off_t>(*found));
        else
            fuse_reply_err(request, ENXIO);
    });
}

// libfuse gives it nine parameters.
void copy_file_range(fuse_req_t request,
                     fuse_ino_t from,
                     off_t from_offset,
                     fuse_file_info* /*from_info*/,
                     fuse_ino_t to,
                     off_t to_offset_,
                     fuse_file_info* /*to_info*/,
                     std::size_t length,
                     int /*flags*/) {
    answer(request, [&](MountContext& mount) {
        const std::size_t copied =
            mount.tree.data().copy({mount.to_tree(from), to_offset(from_offset)},
                                   {mount.to_tree(to), to_offset(to_offset_)},
                                   length);
        fuse_reply_write(request, copied);
    });
}

}  // namespace

void add_data_handlers(fuse_lowlevel_ops& operations) {
    operations.open = open;
    operations.release = release;
    operations.read = read;
    operations.write = write;
    operations.flush = flush;
    operations.fsync = fsync;
    operations.fallocate = fallocate;
    operations.lseek = lseek;
    operations.copy_file_range = copy_file_range;
}

}  // namespace alexander::fuse
