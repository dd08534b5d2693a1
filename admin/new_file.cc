#include "admin/new_file.h"

#include "base/error.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{1} << 20U;

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return false;
        text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

void sync_folder(const fs::path& folder) {
    const UniqueFd fd = UniqueFd::adopt(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0)
        throw_os_error("sync the folder " + folder.string(), errno);
}

}  // namespace

void write_new_file(const std::string& path, std::string_view text, mode_t mode) {
    const UniqueFd file = UniqueFd::adopt(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!file) {
        const int fault = errno;
        if (fault == EEXIST)
            throw Error(ErrorCode::already_exists, path + " exists already and is left as it is");
        throw_os_error("cannot create " + path, fault);
    }
    // The mode of open() is cut by the umask.
    if (::fchmod(file.get(), mode) != 0 || !write_all(file.get(), text) ||
        ::fsync(file.get()) != 0) {
        const int fault = errno;
        ::unlink(path.c_str());
        throw_os_error("cannot write " + path, fault);
    }
    sync_folder(fs::path(path).parent_path());
}

void sync_folder_of_file(const std::string& path) {
    sync_folder(fs::path(path).parent_path());
}

void make_folders(const std::string& path, mode_t mode) {
    const fs::path folder(path);
    struct stat facts = {};
    if (::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode))
        return;
    if (folder.has_parent_path() && folder.parent_path() != folder)
        make_folders(folder.parent_path().string(), mode);
    if (::mkdir(path.c_str(), mode) == 0) {
        if (::chmod(path.c_str(), mode) != 0)
            throw_os_error("set the mode of " + path, errno);
        sync_folder(folder.parent_path());
    } else if (errno != EEXIST) {
        throw_os_error("cannot create the folder " + path, errno);
    }
}

std::string read_small_file(const std::string& path) {
    const UniqueFd file = UniqueFd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        const int fault = errno;
        if (fault == ENOENT || fault == ENOTDIR)
            return {};
        throw_os_error("cannot read " + path, fault);
    }
    std::string text;
    std::array<char, 4096> part{};
    while (text.size() < most_bytes) {
        const ssize_t count = ::read(file.get(), part.data(), part.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw_os_error("cannot read " + path, errno);
        if (count == 0)
            break;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
}

}  // namespace alexander::admin
