#include "base/audit_log.h"

#include "base/error.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <tuple>

namespace alexander {

namespace {

std::string path_of(const Settings& settings) {
    if (settings.audit.file.empty())
        return {};
    return std::filesystem::path(settings.storage.data_dir) / settings.audit.file;
}

// What root makes in the store folder must not lock its daemons out.
void give_to_owner_of_folder(const UniqueFd& file, const std::string& path) {
    struct stat folder {};

    const std::string parent = std::filesystem::path(path).parent_path();
    if (::geteuid() != 0 || ::stat(parent.c_str(), &folder) != 0)
        return;
    if (::fchown(file.get(), folder.st_uid, folder.st_gid) != 0)
        throw_os_error("chown", errno);
}

UniqueFd open_log(const std::string& path) {
    constexpr int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    constexpr mode_t mode = 0640;
    for (int attempt = 0; attempt < 2; ++attempt) {
        UniqueFd file = UniqueFd::adopt(::open(path.c_str(), flags));
        if (const int error = errno; !file && error != ENOENT)
            throw_os_error("open", error);
        if (file)
            return file;
        file = UniqueFd::adopt(::open(path.c_str(), flags | O_CREAT | O_EXCL, mode));
        if (const int error = errno; !file && error != EEXIST)
            throw_os_error("create", error);
        if (file) {
            give_to_owner_of_folder(file, path);
            return file;
        }
    }
    throw_os_error("open", EEXIST);
}

void append(const std::string& path, const std::string& line) {
    const UniqueFd file = open_log(path);
    const ssize_t written = ::write(file.get(), line.data(), line.size());
    if (const int error = errno; written < 0)
        throw_os_error("write", error);
    if (static_cast<std::size_t>(written) != line.size())
        throw_os_error("write", ENOSPC);
    if (::fdatasync(file.get()) != 0)
        throw_os_error("sync", errno);
}

}  // namespace

AuditLog::AuditLog(const Settings& settings, Clock& clock, Logger& log)
    : path_(path_of(settings)), clock_(clock), log_(log) {}

void AuditLog::write(std::string_view act, LogFields fields) {
    if (path_.empty())
        return;
    try {
        append(path_, format_act(clock_.now(), act, fields));
        written_.add();
    } catch (const Error& error) {
        failed_.add();
        log_.error("audit",
                   "an act could not be recorded",
                   {{"act", act}, {"file", path_}, {"reason", error.what()}});
    }
}

}  // namespace alexander
