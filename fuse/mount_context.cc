#include "fuse/mount_context.h"

namespace alexander::fuse {
namespace {

constexpr blksize_t preferred_io_bytes = 131072;
constexpr std::uint64_t block_bytes = 512;

timespec to_timespec(const Timestamp& time) {
    timespec out{};
    out.tv_sec = time.seconds;
    out.tv_nsec = time.nanoseconds;
    return out;
}

}  // namespace

mode_t type_bits(catalog::FileKind kind) {
    switch (kind) {
        case catalog::FileKind::regular:
            return S_IFREG;
        case catalog::FileKind::directory:
            return S_IFDIR;
        case catalog::FileKind::symlink:
            return S_IFLNK;
        case catalog::FileKind::fifo:
            return S_IFIFO;
        case catalog::FileKind::socket:
            return S_IFSOCK;
        case catalog::FileKind::character_device:
            return S_IFCHR;
        case catalog::FileKind::block_device:
            return S_IFBLK;
    }
    return S_IFREG;
}

struct stat MountContext::to_stat(const files::Attributes& attributes) const {
    struct stat out {};

    out.st_ino = to_kernel(attributes.ino);
    out.st_mode = type_bits(attributes.kind) | attributes.mode;
    out.st_nlink = attributes.nlink;
    out.st_uid = attributes.uid;
    out.st_gid = attributes.gid;
    out.st_rdev = attributes.rdev;
    out.st_size = static_cast<off_t>(attributes.size_bytes);
    out.st_blksize = preferred_io_bytes;
    out.st_blocks =
        static_cast<blkcnt_t>((attributes.allocated_bytes + block_bytes - 1) / block_bytes);
    out.st_atim = to_timespec(attributes.atime);
    out.st_mtim = to_timespec(attributes.mtime);
    out.st_ctim = to_timespec(attributes.ctime);
    options.view.apply(out);
    return out;
}

fuse_entry_param MountContext::to_entry(const files::Attributes& attributes) const {
    fuse_entry_param entry{};
    entry.ino = to_kernel(attributes.ino);
    entry.attr = to_stat(attributes);
    // Nobody tells the kernel when the past changes: by a new version, or the live file's mode.
    entry.attr_timeout = entry.entry_timeout = files::is_past(attributes.ino) ? 0.0 : timeout();
    return entry;
}

MountContext& context_of(fuse_req_t request) {
    return *static_cast<MountContext*>(fuse_req_userdata(request));
}

files::Caller caller_of(fuse_req_t request) {
    const fuse_ctx* context = fuse_req_ctx(request);
    return {context->uid, context->gid};
}

}  // namespace alexander::fuse
