#include "fuse/handlers.h"
#include "fuse/reply_boundary.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <tuple>

namespace alexander::fuse {
namespace {

using files::NameOperations;

/// If the kernel did not take the reply (the request was interrupted), it holds no reference.
void reply_entry(fuse_req_t request, MountContext& mount, const files::Attributes& attributes) {
    const fuse_entry_param entry = mount.to_entry(attributes);
    if (fuse_reply_entry(request, &entry) == -ENOENT)
        mount.forget(attributes.ino, 1);
}

/// Of the past: in it, or by a name that leads there from a live directory.
std::optional<files::Attributes> find_past(MountContext& mount,
                                           catalog::Ino directory,
                                           const char* name) {
    files::PastTree& past = mount.tree.past();
    if (files::is_past(directory))
        return past.lookup(directory, name);
    return name[0] == '.' ? past.enter(directory, name) : std::nullopt;
}

void reply_self(fuse_req_t request, MountContext& mount, catalog::Ino ino) {
    reply_entry(request,
                mount,
                files::is_past(ino) ? mount.tree.past().lookup_self(ino)
                                    : mount.tree.names().lookup_self(ino));
}

void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
    answer(request, [&](MountContext& mount) {
        const catalog::Ino directory = mount.to_tree(parent);
        const bool is_in_past = files::is_past(directory);
        if (name == std::string_view("..")) {
            if (is_in_past)
                reply_self(request, mount, mount.tree.past().parent_of(directory));
            else
                reply_entry(request, mount, mount.tree.names().lookup_parent(directory));
            return;
        }
        if (name == std::string_view(".")) {
            reply_self(request, mount, directory);
            return;
        }
        auto found = is_in_past ? std::nullopt : mount.tree.names().lookup(directory, name);
        if (!found)
            found = find_past(mount, directory, name);
        if (found) {
            reply_entry(request, mount, *found);
            return;
        }
        fuse_entry_param absent{};
        absent.entry_timeout = is_in_past ? 0.0 : mount.timeout();
        fuse_reply_entry(request, &absent);
    });
}

void forget(fuse_req_t request, fuse_ino_t node, std::uint64_t count) {
    MountContext& mount = context_of(request);
    if (node != FUSE_ROOT_ID)
        mount.forget(mount.to_tree(node), count);
    fuse_reply_none(request);
}

void forget_multi(fuse_req_t request, std::size_t count, fuse_forget_data* forgets) {
    MountContext& mount = context_of(request);
    for (std::size_t i = 0; i < count; ++i)
        if (forgets[i].ino != FUSE_ROOT_ID)
            mount.forget(mount.to_tree(forgets[i].ino), forgets[i].nlookup);
    fuse_reply_none(request);
}

catalog::FileKind kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFIFO:
            return catalog::FileKind::fifo;
        case S_IFSOCK:
            return catalog::FileKind::socket;
        case S_IFCHR:
            return catalog::FileKind::character_device;
        case S_IFBLK:
            return catalog::FileKind::block_device;
        default:
            return catalog::FileKind::regular;
    }
}

void mknod(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, dev_t rdev) {
    answer(request, [&](MountContext& mount) {
        NameOperations::NewNode node;
        node.kind = kind_of(mode);
        node.mode = mode & 07777U;
        node.rdev = rdev;
        node.caller = caller_of(request);
        node.umask = fuse_req_ctx(request)->umask;
        reply_entry(
            request, mount, mount.tree.names().make(mount.to_changeable(parent), name, node));
    });
}

void mkdir(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode) {
    answer(request, [&](MountContext& mount) {
        NameOperations::NewNode node;
        node.kind = catalog::FileKind::directory;
        node.mode = mode & 07777U;
        node.caller = caller_of(request);
        node.umask = fuse_req_ctx(request)->umask;
        reply_entry(
            request, mount, mount.tree.names().make(mount.to_changeable(parent), name, node));
    });
}

void symlink(fuse_req_t request, const char* target, fuse_ino_t parent, const char* name) {
    answer(request, [&](MountContext& mount) {
        NameOperations::NewNode node;
        node.kind = catalog::FileKind::symlink;
        node.mode = 0777;
        node.symlink_target = target;
        node.caller = caller_of(request);
        node.umask = fuse_req_ctx(request)->umask;
        reply_entry(
            request, mount, mount.tree.names().make(mount.to_changeable(parent), name, node));
    });
}

void readlink(fuse_req_t request, fuse_ino_t node) {
    answer(request, [&](MountContext& mount) {
        const catalog::Ino ino = mount.to_tree(node);
        const std::string target = files::is_past(ino) ? mount.tree.past().readlink(ino)
                                                       : mount.tree.names().readlink(ino);
        fuse_reply_readlink(request, target.c_str());
    });
}

void link(fuse_req_t request, fuse_ino_t node, fuse_ino_t parent, const char* name) {
    answer(request, [&](MountContext& mount) {
        const catalog::Ino directory = mount.to_changeable(parent);
        const catalog::Ino ino = mount.to_tree(node);
        if (files::is_past(ino))
            throw Error(ErrorCode::cross_device, "a link to what belongs to the past");
        reply_entry(request, mount, mount.tree.names().link(ino, directory, name));
    });
}

void unlink(fuse_req_t request, fuse_ino_t parent, const char* name) {
    answer(request, [&](MountContext& mount) {
        mount.tree.names().unlink(mount.to_changeable(parent), name);
        fuse_reply_err(request, 0);
    });
}

void rmdir(fuse_req_t request, fuse_ino_t parent, const char* name) {
    answer(request, [&](MountContext& mount) {
        mount.tree.names().rmdir(mount.to_changeable(parent), name);
        fuse_reply_err(request, 0);
    });
}

files::RenameMode rename_mode(unsigned flags) {
    switch (flags) {
        case 0:
            return files::RenameMode::replace;
        case RENAME_NOREPLACE:
            return files::RenameMode::no_replace;
        case RENAME_EXCHANGE:
            return files::RenameMode::exchange;
        default:
            throw Error(ErrorCode::invalid_argument, "unknown flags of renameat2");
    }
}

void rename(fuse_req_t request,
            fuse_ino_t parent,
            const char* name,
            fuse_ino_t new_parent,
            const char* new_name,
            unsigned flags) {
    answer(request, [&](MountContext& mount) {
        mount.tree.names().rename({mount.to_changeable(parent), name},
                                  {mount.to_changeable(new_parent), new_name},
                                  rename_mode(flags));
        fuse_reply_err(request, 0);
    });
}

struct MadeFile {
    files::Attributes attributes;
    bool is_new;
};

/// The file made, or the one that somebody made first unless the program insists.
MadeFile make_file(fuse_req_t request,
                   MountContext& mount,
                   catalog::Ino parent,
                   const char* name,
                   mode_t mode,
                   const fuse_file_info& info) {
    NameOperations::NewNode node;
    node.mode = mode & 07777U;
    node.caller = caller_of(request);
    node.umask = fuse_req_ctx(request)->umask;
    try {
        return {mount.tree.names().make(parent, name, node), true};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::already_exists || (info.flags & O_EXCL) != 0)
            throw;
    }
    const auto found = mount.tree.names().lookup(parent, name);
    if (!found)
        throw Error(ErrorCode::busy, std::string(name) + " comes and goes");
    return {*found, false};
}

/// The kernel forgets nothing of a file that it is not told about.
void open_made(files::FileTree& tree, MadeFile& file, const fuse_file_info& info) {
    const files::OpenFor purpose = purpose_of(info);
    const catalog::Ino ino = file.attributes.ino;
    try {
        if (file.is_new)
            tree.data().open_new(ino, purpose);
        else
            tree.data().open(ino, purpose);
    } catch (const Error&) {
        tree.names().forget(ino, 1);
        throw;
    }
    if ((info.flags & O_TRUNC) == 0 || file.attributes.size_bytes == 0)
        return;
    try {
        tree.data().truncate(ino, 0);
        file.attributes = tree.attributes().get(ino);
    } catch (const Error&) {
        tree.data().release(ino, purpose);
        tree.names().forget(ino, 1);
        throw;
    }
}

void create(
    fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, fuse_file_info* info) {
    answer(request, [&](MountContext& mount) {
        files::FileTree& tree = mount.tree;
        MadeFile file = make_file(request, mount, mount.to_changeable(parent), name, mode, *info);
        const files::OpenFor purpose = purpose_of(*info);
        open_made(tree, file, *info);
        const files::Attributes& made = file.attributes;
        prepare_open(*info, made.ino);
        const fuse_entry_param entry = mount.to_entry(made);
        if (fuse_reply_create(request, &entry, info) == -ENOENT) {
            tree.data().release(made.ino, purpose);
            tree.names().forget(made.ino, 1);
        }
    });
}

}  // namespace

void add_name_handlers(fuse_lowlevel_ops& operations) {
    operations.lookup = lookup;
    operations.forget = forget;
    operations.forget_multi = forget_multi;
    operations.mknod = mknod;
    operations.mkdir = mkdir;
    operations.symlink = symlink;
    operations.readlink = readlink;
    operations.link = link;
    operations.unlink = unlink;
    operations.rmdir = rmdir;
    operations.rename = rename;
    operations.create = create;
}

}  // namespace alexander::fuse
