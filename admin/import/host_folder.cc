#include "admin/import/host_folder.h"

#include "base/error.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <tuple>
#include <vector>

namespace alexander::admin {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20U;
constexpr std::size_t longest_path = 1024;  // as long as a key

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { std::ignore = ::closedir(folder); }
};

using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

std::string text_of(int os_errno) {
    return std::generic_category().message(os_errno);
}

// Takes the descriptor. A null pointer leaves errno.
OpenFolder adopt_folder(UniqueFd fd) {
    OpenFolder folder(::fdopendir(fd.get()));
    if (folder)
        std::ignore = fd.release();  // closedir closes it
    return folder;
}

std::vector<std::string> names_in(DIR& folder) {
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this DIR, which POSIX asks for
        const dirent* entry = ::readdir(&folder);
        if (entry == nullptr) {
            const int fault = errno;
            if (fault != 0)
                throw_os_error("cannot be listed", fault);
            break;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
}

class Walk {
public:
    explicit Walk(const HostVisitor& visitor) : visitor_(visitor) {}

    void below(DIR& folder, const std::string& prefix) {
        for (const std::string& name : names_in(folder)) {
            HostEntry entry{::dirfd(&folder), name, prefix + name, {}};
            if (::fstatat(entry.folder, name.c_str(), &entry.status, AT_SYMLINK_NOFOLLOW) != 0)
                visitor_.trouble(entry.path, text_of(errno));
            else if (S_ISDIR(entry.status.st_mode))
                into(entry);
            else
                visitor_.visit(entry);
        }
    }

private:
    void into(const HostEntry& entry) {
        if (entry.path.size() >= longest_path)
            return visitor_.trouble(entry.path, "has a longer path than a key may have");
        UniqueFd fd = UniqueFd::adopt(::openat(
            entry.folder, entry.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        const int open_errno = errno;
        const OpenFolder folder = fd ? adopt_folder(std::move(fd)) : nullptr;
        if (!folder)
            return visitor_.trouble(entry.path, "cannot be opened: " + text_of(open_errno));
        try {
            if (names_in(*folder).empty())
                return visitor_.visit(entry);
        } catch (const Error& error) {
            return visitor_.trouble(entry.path, error.what());
        }
        ::rewinddir(folder.get());
        below(*folder, entry.path + "/");
    }

    const HostVisitor& visitor_;
};

}  // namespace

void walk_folder(const std::string& top, const HostVisitor& visitor) {
    UniqueFd fd = UniqueFd::adopt(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        throw_os_error("cannot open the folder " + top, errno);
    const OpenFolder folder = adopt_folder(std::move(fd));
    if (!folder)
        throw_os_error("cannot list the folder " + top, errno);
    Walk(visitor).below(*folder, "");
}

HostFile::HostFile(const HostEntry& entry)
    // Opening a pipe that took the file's place must not wait for its other end.
    : fd_(UniqueFd::adopt(::openat(
          entry.folder, entry.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))) {
    if (!fd_ || ::fstat(fd_.get(), &status_) != 0)
        throw Error(ErrorCode::access_denied, "cannot be opened: " + text_of(errno));
    if (!S_ISREG(status_.st_mode))
        throw Error(ErrorCode::access_denied, "is no file any more");
}

Timestamp HostFile::modified() const {
    return {status_.st_mtim.tv_sec, static_cast<std::int32_t>(status_.st_mtim.tv_nsec)};
}

std::size_t HostFile::read(MutableBytes into, std::uint64_t offset) const {
    std::size_t got = 0;
    while (got < into.size()) {
        const ssize_t count = ::pread(
            fd_.get(), into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
        if (count < 0 && errno == EINTR)
            continue;
        // A bad disk of the folder's is no fault of the store's.
        if (count < 0)
            throw Error(ErrorCode::corrupt, "cannot be read: " + text_of(errno));
        if (count == 0)
            break;
        got += static_cast<std::size_t>(count);
    }
    return got;
}

void HostFile::for_each_block(const std::function<void(ByteView)>& take) const {
    Bytes block(std::min<std::uint64_t>(block_size, size_bytes()));
    std::uint64_t at = 0;
    while (at < size_bytes()) {
        const std::size_t wanted = std::min<std::uint64_t>(block.size(), size_bytes() - at);
        const std::size_t got = read(MutableBytes(block).first(wanted), at);
        if (got == 0)
            break;
        take(ByteView(block).first(got));
        at += got;
    }
    if (at != size_bytes() || has_changed())
        throw Error(ErrorCode::precondition_failed, "was changed while it was read: run it again");
}

bool HostFile::has_changed() const {
    struct stat now = {};
    return ::fstat(fd_.get(), &now) != 0 || now.st_size != status_.st_size ||
           now.st_mtim.tv_sec != status_.st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != status_.st_mtim.tv_nsec;
}

}  // namespace alexander::admin
