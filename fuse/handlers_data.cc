#include "fuse/handlers.h"
#include "fuse/reply_boundary.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <tuple>

namespace alexander::fuse {

files::OpenFor purpose_of(const fuse_file_info& info) {
    switch (info.flags & O_ACCMODE) {
        case O_RDONLY:
            return files::OpenFor::reading;
        case O_WRONLY:
            return files::OpenFor::writing;
        default:
            return files::OpenFor::updating;
    }
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

void open_past(fuse_req_t request, MountContext& mount, catalog::Ino ino, fuse_file_info& info) {
    if ((info.flags & O_ACCMODE) != O_RDONLY || (info.flags & O_TRUNC) != 0)
        files::refuse_change_of_past();
    mount.tree.past().open(ino);
    prepare_open(info, ino);
    if (fuse_reply_open(request, &info) == -ENOENT)
        mount.tree.past().files().release(ino);
}

void open(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    answer(request, [&](MountContext& mount) {
        files::DataOperations& data = mount.tree.data();
        const catalog::Ino ino = mount.to_tree(node);
        if (files::is_past(ino)) {
            open_past(request, mount, ino, *info);
            return;
        }
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
        const catalog::Ino ino = mount.to_tree(node);
        if (files::is_past(ino))
            mount.tree.past().files().release(ino);
        else
            mount.tree.data().release(ino, purpose_of_handle(*info));
        fuse_reply_err(request, 0);
    });
}

Bytes read_bytes(MountContext& mount, catalog::Ino ino, std::uint64_t offset, std::size_t size) {
    return files::is_past(ino) ? mount.tree.past().files().read(ino, offset, size)
                               : mount.tree.data().read(ino, offset, size);
}

void read(
    fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        const Bytes bytes = read_bytes(mount, mount.to_tree(node), to_offset(offset), size);
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
        mount.tree.data().write(
            mount.to_changeable(node), to_offset(offset), as_bytes({bytes, size}));
        fuse_reply_write(request, size);
    });
}

void flush(fuse_req_t request, fuse_ino_t node, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        const catalog::Ino ino = mount.to_tree(node);
        if (!files::is_past(ino))
            mount.tree.data().flush(ino);
        fuse_reply_err(request, 0);
    });
}

void fsync(fuse_req_t request, fuse_ino_t node, int /*datasync*/, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        const catalog::Ino ino = mount.to_tree(node);
        if (!files::is_past(ino))
            mount.tree.data().fsync(ino);
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
            mount.to_changeable(node), allocate_mode(mode), to_offset(offset), to_offset(length));
        fuse_reply_err(request, 0);
    });
}

template <typename Files>
std::optional<std::uint64_t> seek(Files& files,
                                  catalog::Ino ino,
                                  std::uint64_t offset,
                                  int whence) {
    return whence == SEEK_DATA ? files.seek_data(ino, offset) : files.seek_hole(ino, offset);
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
        const catalog::Ino ino = mount.to_tree(node);
        const auto found = files::is_past(ino)
                               ? seek(mount.tree.past().files(), ino, to_offset(offset), whence)
                               : seek(mount.tree.data(), ino, to_offset(offset), whence);
        if (found)
            fuse_reply_lseek(request, static_cast<off_t>(*found));
        else
            fuse_reply_err(request, ENXIO);
    });
}

/// A step only: the kernel asks again for the rest.
std::size_t copy_past(MountContext& mount,
                      const files::DataOperations::Range& from,
                      const files::DataOperations::Range& to,
                      std::size_t length) {
    constexpr std::size_t step = std::size_t{4} << 20;
    const Bytes bytes =
        mount.tree.past().files().read(from.ino, from.offset, std::min(length, step));
    mount.tree.data().write(to.ino, to.offset, bytes);
    return bytes.size();
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
        const files::DataOperations::Range source{mount.to_tree(from), to_offset(from_offset)};
        const files::DataOperations::Range target{mount.to_changeable(to), to_offset(to_offset_)};
        const std::size_t copied = files::is_past(source.ino)
                                       ? copy_past(mount, source, target, length)
                                       : mount.tree.data().copy(source, target, length);
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
