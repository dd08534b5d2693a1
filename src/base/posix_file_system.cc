#include "base/posix_file_system.h"

#include "base/error.h"
#include "base/posix_file.h"
#include "base/posix_place.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

namespace alexander {

using posix_place::find_place;
using posix_place::get_place;
using posix_place::open_folder;
using posix_place::OpenedFolder;
using posix_place::Place;

namespace {

constexpr mode_t file_mode = 0640;
constexpr mode_t folder_mode = 0750;

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

// Growth is serialised by flock, so that a smaller wish never cuts a larger one. Blocks are
// reserved where the file system can: touching a page of a full disk would be a SIGBUS.
void grow_to(int fd, std::size_t size_bytes, const std::string& path) {
    while (::flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR)
            throw_os_error("lock " + path, errno);
    }

    struct stat status {};

    if (::fstat(fd, &status) != 0)
        throw_os_error("stat " + path, errno);
    const auto size = static_cast<off_t>(size_bytes);
    if (status.st_size < size && ::fallocate(fd, 0, 0, size) != 0) {
        const int fault = errno;
        if (fault != EOPNOTSUPP)
            throw_os_error("grow " + path, fault);
        if (::ftruncate(fd, size) != 0)
            throw_os_error("grow " + path, errno);
    }
    ::flock(fd, LOCK_UN);
}

}  // namespace

bool is_network_file_system(unsigned long statfs_type) noexcept {
    // linux/magic.h; CIFS, SMB2, AFS and Coda have no constant in every version of it.
    constexpr std::array<unsigned long, 6> network_types = {
        0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245};
    return std::find(network_types.begin(), network_types.end(), statfs_type & 0xffffffffUL) !=
           network_types.end();
}

PosixFileSystem::PosixFileSystem(UniqueFd root, std::optional<FileOwner> owner)
    : root_(std::move(root)), owner_(owner) {}

PosixFileSystem::~PosixFileSystem() {
    for (const MutableBytes mapping : *mappings_.lock())
        ::munmap(mapping.data(), mapping.size());
}

UniqueFd PosixFileSystem::open_root(const std::string& host_path) {
    UniqueFd fd = UniqueFd::adopt(::open(host_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        const int fault = errno;
        if (fault == ENOENT || fault == ENOTDIR)
            throw Error(ErrorCode::not_a_store, "no such folder: " + host_path);
        throw_os_error("open " + host_path, fault);
    }
    return fd;
}

void PosixFileSystem::check_local(const UniqueFd& folder) {
    struct statfs status {};

    if (::fstatfs(folder.get(), &status) != 0)
        throw_os_error("statfs", errno);
    if (is_network_file_system(static_cast<unsigned long>(status.f_type)))
        throw Error(ErrorCode::not_a_store,
                    "the folder is on a network file system (NFS, SMB), which cannot hold a store");
}

void PosixFileSystem::take_ownership(int fd, mode_t mode, const std::string& path) const {
    if (::fchmod(fd, mode) != 0)
        throw_os_error("set the mode of " + path, errno);
    if (owner_ && ::fchown(fd, owner_->uid, owner_->gid) != 0)
        throw_os_error("set the owner of " + path, errno);
}

PosixFileSystem::Created PosixFileSystem::create_file(int folder, const std::string& name) const {
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd = UniqueFd::adopt(::openat(folder, name.c_str(), flags, file_mode));
    if (!fd)
        return {UniqueFd(), errno};
    take_ownership(fd.get(), file_mode, name);
    return {std::move(fd), 0};
}

std::unique_ptr<File> PosixFileSystem::open(const std::string& path, OpenMode mode) {
    const Place place = find_place(root_, path);
    Created opened{UniqueFd(), place.os_errno};
    if (place.os_errno == 0 && mode == OpenMode::create_new) {
        opened = create_file(place.folder_or(root_), place.name);
    } else if (place.os_errno == 0) {
        const int access = mode == OpenMode::read ? O_RDONLY : O_RDWR;
        opened.fd = UniqueFd::adopt(
            ::openat(place.folder_or(root_), place.name.c_str(), access | O_NOFOLLOW | O_CLOEXEC));
        opened.os_errno = opened.fd ? 0 : errno;
    }
    if (opened.os_errno == (mode == OpenMode::create_new ? EEXIST : ENOENT))
        return nullptr;
    if (opened.os_errno != 0)
        throw_os_error("open " + path, opened.os_errno);
    return std::make_unique<PosixFile>(std::move(opened.fd), path);
}

void PosixFileSystem::create_directory(const std::string& path) {
    const Place place = get_place(root_, path);
    const int folder = place.folder_or(root_);
    if (::mkdirat(folder, place.name.c_str(), folder_mode) != 0) {
        const int fault = errno;
        if (fault != EEXIST)
            throw_os_error("create folder " + path, fault);
        const OpenedFolder existing = open_folder(root_, path);
        if (existing.os_errno != 0)
            throw_os_error("create folder " + path, existing.os_errno);
        return;
    }
    const OpenedFolder created = open_folder(root_, path);
    if (created.os_errno != 0)
        throw_os_error("open folder " + path, created.os_errno);
    take_ownership(created.fd.get(), folder_mode, path);
}

void PosixFileSystem::sync_directory(const std::string& path) {
    const OpenedFolder folder = open_folder(root_, path);
    if (folder.os_errno != 0)
        throw_os_error("open folder " + path, folder.os_errno);
    if (::fsync(folder.fd.get()) != 0)
        throw_os_error("sync folder " + path, errno);
}

namespace {

bool is_file(const UniqueFd& root, const std::string& path) {
    const Place place = get_place(root, path);

    struct stat status {};

    return ::fstatat(place.folder_or(root), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           S_ISREG(status.st_mode);
}

}  // namespace

std::vector<std::string> PosixFileSystem::list(const std::string& path) {
    OpenedFolder opened = open_folder(root_, path);
    if (opened.os_errno == ENOENT || (opened.os_errno == ENOTDIR && is_file(root_, path)))
        return {};
    if (opened.os_errno != 0)
        throw_os_error("open folder " + path, opened.os_errno);
    const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(opened.fd.get()));
    if (!folder)
        throw_os_error("list folder " + path, errno);
    std::ignore = opened.fd.release();  // closedir closes it

    std::vector<std::string> names;
    while (true) {
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this DIR, which POSIX asks for
        const dirent* entry = ::readdir(folder.get());
        if (entry == nullptr) {
            const int fault = errno;
            if (fault != 0)
                throw_os_error("list folder " + path, fault);
            break;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void PosixFileSystem::rename(const std::string& from, const std::string& to) {
    const Place source = get_place(root_, from);
    const Place target = get_place(root_, to);
    if (::renameat(source.folder_or(root_),
                   source.name.c_str(),
                   target.folder_or(root_),
                   target.name.c_str()) != 0)
        throw_os_error("rename " + from + " to " + to, errno);
}

void PosixFileSystem::remove(const std::string& path) {
    const Place place = get_place(root_, path);
    const int folder = place.folder_or(root_);
    if (::unlinkat(folder, place.name.c_str(), 0) == 0)
        return;
    int fault = errno;
    if (fault == EISDIR) {
        if (::unlinkat(folder, place.name.c_str(), AT_REMOVEDIR) == 0)
            return;
        fault = errno;
    }
    throw_os_error("remove " + path, fault);
}

UniqueFd PosixFileSystem::open_for_mapping(const std::string& path) const {
    const Place place = get_place(root_, path);
    const int folder = place.folder_or(root_);
    Created opened = create_file(folder, place.name);
    if (opened.os_errno == EEXIST) {
        opened.fd =
            UniqueFd::adopt(::openat(folder, place.name.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
        opened.os_errno = opened.fd ? 0 : errno;
    }
    if (opened.os_errno != 0)
        throw_os_error("open " + path, opened.os_errno);
    return std::move(opened.fd);
}

MutableBytes PosixFileSystem::map_shared(const std::string& path, std::size_t size_bytes) {
    const UniqueFd fd = open_for_mapping(path);
    grow_to(fd.get(), size_bytes, path);
    void* const start =
        ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (start == MAP_FAILED)
        throw_os_error("map " + path, errno);
    const MutableBytes mapping(static_cast<std::byte*>(start), size_bytes);
    mappings_.lock()->push_back(mapping);
    return mapping;
}

std::string PosixFileSystem::host_path(const std::string& path) {
    const std::string link = "/proc/self/fd/" + std::to_string(root_.get());
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    if (length < 0)
        throw_os_error("find the folder's path", errno);
    return std::string(target.data(), static_cast<std::size_t>(length)) + "/" + path;
}

FileSystem::Space PosixFileSystem::space() {
    struct statvfs status {};

    if (::fstatvfs(root_.get(), &status) != 0)
        throw_os_error("statvfs", errno);
    return {std::uint64_t{status.f_blocks} * status.f_frsize,
            std::uint64_t{status.f_bavail} * status.f_frsize};
}

}  // namespace alexander
