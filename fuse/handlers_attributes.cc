#include "fuse/handlers.h"
#include "fuse/mount_helpers.h"
#include "fuse/reply_boundary.h"
#include "store/files/posix_acl.h"

#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace alexander::fuse {
namespace {

constexpr unsigned long statfs_block = 4096;

Timestamp to_timestamp(const timespec& time) {
    return {time.tv_sec, static_cast<std::int32_t>(time.tv_nsec)};
}

void getattr(fuse_req_t request, fuse_ino_t node, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        const catalog::Ino ino = mount.to_tree(node);
        const bool is_past = files::is_past(ino);
        const struct stat attributes =
            mount.to_stat(is_past ? mount.tree.past().get(ino) : mount.tree.attributes().get(ino));
        fuse_reply_attr(request, &attributes, is_past ? 0.0 : mount.timeout());
    });
}

files::AttributeChange to_change(const struct stat& wanted, int set) {
    const auto is_set = [set](int flag) { return (set & flag) != 0; };
    files::AttributeChange change;
    if (is_set(FUSE_SET_ATTR_MODE))
        change.mode = wanted.st_mode & 07777U;
    if (is_set(FUSE_SET_ATTR_UID))
        change.uid = wanted.st_uid;
    if (is_set(FUSE_SET_ATTR_GID))
        change.gid = wanted.st_gid;
    if (is_set(FUSE_SET_ATTR_SIZE))
        change.size_bytes = static_cast<std::uint64_t>(wanted.st_size);
    if (is_set(FUSE_SET_ATTR_ATIME))
        change.atime = to_timestamp(wanted.st_atim);
    if (is_set(FUSE_SET_ATTR_MTIME))
        change.mtime = to_timestamp(wanted.st_mtim);
    if (is_set(FUSE_SET_ATTR_CTIME))
        change.ctime = to_timestamp(wanted.st_ctim);
    change.atime_now = is_set(FUSE_SET_ATTR_ATIME_NOW);
    change.mtime_now = is_set(FUSE_SET_ATTR_MTIME_NOW);
    return change;
}

void setattr(
    fuse_req_t request, fuse_ino_t node, struct stat* wanted, int set, fuse_file_info* info) {
    answer(request, [&](MountContext& mount) {
        files::AttributeChange change = to_change(*wanted, set);
        change.by_handle = info != nullptr;
        const struct stat attributes =
            mount.to_stat(mount.tree.attributes().set(mount.to_changeable(node), change));
        fuse_reply_attr(request, &attributes, mount.timeout());
    });
}

/// A kernel that does not know of ACLs would not enforce them: it must not be told that one was
/// stored.
void check_is_supported(const MountContext& mount, std::string_view name) {
    if (files::is_acl(name) && !mount.has_acls)
        throw Error(ErrorCode::method_not_allowed, "POSIX ACLs are not supported", EOPNOTSUPP);
}

void reply_sized(fuse_req_t request, std::size_t size, ByteView value) {
    if (size == 0)
        fuse_reply_xattr(request, value.size());
    else if (value.size() > size)
        fuse_reply_err(request, ERANGE);
    else
        fuse_reply_buf(request, reinterpret_cast<const char*>(value.data()), value.size());
}

/// How the helpers of mount(8) find this process; trusted attributes are root's to read.
std::string describe_daemon(const MountContext& mount) {
    return std::to_string(::getpid()) + "\n" + mount.options.own_arguments;
}

void getxattr(fuse_req_t request, fuse_ino_t node, const char* name, std::size_t size) {
    answer(request, [&](MountContext& mount) {
        if (node == FUSE_ROOT_ID && name == std::string_view(daemon_attribute)) {
            reply_sized(request, size, as_bytes(describe_daemon(mount)));
            return;
        }
        check_is_supported(mount, name);
        const catalog::Ino ino = mount.to_tree(node);
        reply_sized(request,
                    size,
                    files::is_past(ino) ? mount.tree.past().get_extended(ino, name)
                                        : mount.tree.attributes().get_extended(ino, name));
    });
}

void listxattr(fuse_req_t request, fuse_ino_t node, std::size_t size) {
    answer(request, [&](MountContext& mount) {
        Bytes list;
        const bool sees_trusted = fuse_req_ctx(request)->uid == 0;
        const catalog::Ino ino = mount.to_tree(node);
        for (const std::string& name : files::is_past(ino)
                                           ? mount.tree.past().list_extended(ino)
                                           : mount.tree.attributes().list_extended(ino)) {
            if (!sees_trusted && name.starts_with("trusted."))
                continue;  // whoever is told of a name expects to be able to read it
            const ByteView bytes = as_bytes(name);
            list.insert(list.end(), bytes.begin(), bytes.end());
            list.push_back(std::byte{0});
        }
        reply_sized(request, size, list);
    });
}

files::SetMode set_mode(int flags) {
    if ((flags & XATTR_CREATE) != 0)
        return files::SetMode::create;
    return (flags & XATTR_REPLACE) != 0 ? files::SetMode::replace : files::SetMode::any;
}

void setxattr(fuse_req_t request,
              fuse_ino_t node,
              const char* name,
              const char* value,
              std::size_t size,
              int flags) {
    answer(request, [&](MountContext& mount) {
        check_is_supported(mount, name);
        mount.tree.attributes().set_extended(
            mount.to_changeable(node), name, as_bytes({value, size}), set_mode(flags));
        fuse_reply_err(request, 0);
    });
}

void removexattr(fuse_req_t request, fuse_ino_t node, const char* name) {
    answer(request, [&](MountContext& mount) {
        check_is_supported(mount, name);
        mount.tree.attributes().remove_extended(mount.to_changeable(node), name);
        fuse_reply_err(request, 0);
    });
}

void statfs(fuse_req_t request, fuse_ino_t /*node*/) {
    answer(request, [&](MountContext& mount) {
        const auto space = mount.tree.attributes().space();
        struct statvfs out {};
        out.f_bsize = out.f_frsize = statfs_block;
        out.f_blocks = space.total_bytes / statfs_block;
        out.f_bfree = out.f_bavail = space.available_bytes / statfs_block;
        out.f_files = out.f_ffree = out.f_favail = out.f_bavail;
        out.f_namemax = files::name_limit;
        fuse_reply_statfs(request, &out);
    });
}

}  // namespace

void add_attribute_handlers(fuse_lowlevel_ops& operations) {
    operations.getattr = getattr;
    operations.setattr = setattr;
    operations.getxattr = getxattr;
    operations.setxattr = setxattr;
    operations.listxattr = listxattr;
    operations.removexattr = removexattr;
    operations.statfs = statfs;
}

}  // namespace alexander::fuse
