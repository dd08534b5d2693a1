#include "fuse/handlers.h"
#include "fuse/reply_boundary.h"

#include <cerrno>
#include <vector>

namespace alexander::fuse {
namespace {

constexpr std::size_t smallest_entry = 32;
constexpr std::size_t smallest_entry_with_attributes = 160;

enum class Plus : bool { no, yes };

/// Bytes that the entry takes, more than `room` if it does not fit.
std::size_t add_entry(fuse_req_t request,
                      const MountContext& mount,
                      const files::DirectoryEntry& entry,
                      Plus plus,
                      MutableBytes room) {
    auto* const buffer = reinterpret_cast<char*>(room.data());
    const auto cookie = static_cast<off_t>(entry.cookie);
    if (plus == Plus::no) {
        const struct stat attributes = mount.to_stat(entry.attributes);
        return fuse_add_direntry(
            request, buffer, room.size(), entry.name.c_str(), &attributes, cookie);
    }
    fuse_entry_param parameters = mount.to_entry(entry.attributes);
    if (entry.name == "." || entry.name == ".." || files::is_past(entry.attributes.ino))
        parameters.ino = 0;  // counts no reference
    return fuse_add_direntry_plus(
        request, buffer, room.size(), entry.name.c_str(), &parameters, cookie);
}

bool is_counted(const files::DirectoryEntry& entry, Plus plus) {
    return plus == Plus::yes && entry.name != "." && entry.name != ".." &&
           !files::is_past(entry.attributes.ino);
}

/// Reading from the start (again) shows what is there by then.
std::uint64_t end_of(MountContext& mount, catalog::Ino directory, off_t offset, std::uint64_t fh) {
    std::uint64_t end = offset == 0 ? 0 : mount.directory_ends.end_of(fh);
    if (end == 0) {
        end = mount.tree.directories().end(directory);
        mount.directory_ends.set(fh, end);
    }
    return end;
}

struct Reading {
    fuse_ino_t node;
    std::size_t size;
    off_t offset;
    std::uint64_t handle;
};

std::vector<files::DirectoryEntry> next_entries(MountContext& mount,
                                                const Reading& reading,
                                                std::size_t limit,
                                                Plus plus) {
    const catalog::Ino directory = mount.to_tree(reading.node);
    const auto cookie = static_cast<std::uint64_t>(reading.offset);
    if (files::is_past(directory))
        return mount.directory_ends
            .listing(reading.handle, [&] { return mount.tree.past().list(directory); })
            ->read(cookie, limit);
    return mount.tree.directories().read(
        directory,
        cookie,
        limit,
        plus == Plus::yes ? files::References::counted : files::References::none,
        end_of(mount, directory, reading.offset, reading.handle));
}

void read_entries(fuse_req_t request, const Reading& reading, Plus plus) {
    answer(request, [&](MountContext& mount) {
        const std::size_t size = reading.size;
        const std::size_t smallest =
            plus == Plus::yes ? smallest_entry_with_attributes : smallest_entry;
        const std::vector<files::DirectoryEntry> entries =
            next_entries(mount, reading, size / smallest + 1, plus);
        Bytes buffer(size);
        std::size_t used = 0;
        std::size_t given = 0;
        for (; given < entries.size(); ++given) {
            const MutableBytes room = MutableBytes(buffer).subspan(used);
            const std::size_t taken = add_entry(request, mount, entries[given], plus, room);
            if (taken > room.size())
                break;
            used += taken;
        }
        bool is_taken =
            fuse_reply_buf(request, reinterpret_cast<const char*>(buffer.data()), used) == 0;
        for (std::size_t i = is_taken ? given : 0; i < entries.size(); ++i)
            if (is_counted(entries[i], plus))
                mount.tree.names().forget(entries[i].attributes.ino, 1);
    });
}

void opendir(fuse_req_t request, fuse_ino_t /*node*/, fuse_file_info* info) {
    DirectoryEnds& ends = context_of(request).directory_ends;
    info->fh = ends.open();
    if (fuse_reply_open(request, info) == -ENOENT)
        ends.close(info->fh);
}

void readdir(
    fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset, fuse_file_info* info) {
    read_entries(request, {node, size, offset, info->fh}, Plus::no);
}

void readdirplus(
    fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset, fuse_file_info* info) {
    read_entries(request, {node, size, offset, info->fh}, Plus::yes);
}

void releasedir(fuse_req_t request, fuse_ino_t /*node*/, fuse_file_info* info) {
    context_of(request).directory_ends.close(info->fh);
    fuse_reply_err(request, 0);
}

void fsyncdir(fuse_req_t request, fuse_ino_t /*node*/, int /*datasync*/, fuse_file_info* /*info*/) {
    answer(request, [&](MountContext& mount) {
        mount.tree.data().fsync_directory();
        fuse_reply_err(request, 0);
    });
}

}  // namespace

void add_directory_handlers(fuse_lowlevel_ops& operations) {
    operations.opendir = opendir;
    operations.readdir = readdir;
    operations.readdirplus = readdirplus;
    operations.releasedir = releasedir;
    operations.fsyncdir = fsyncdir;
}

}  // namespace alexander::fuse
