// Backups in folders of the host.
#include "base/error.h"
#include "store/local_store.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace alexander {

namespace {

/// A folder that only its owner may enter, gone at the end with everything in it.
class ScratchFolder {
public:
    ScratchFolder() {
        path_ = (std::filesystem::temp_directory_path() / "alexander-verify-XXXXXX").string();
        if (::mkdtemp(path_.data()) == nullptr)
            throw_os_error("cannot create a folder like " + path_, errno);
    }

    ~ScratchFolder() {
        std::error_code ignored;  // what is left is in a folder for such things
        std::filesystem::remove_all(path_, ignored);
    }

    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

BackupReport backup_to_folder(const Engine& engine,
                              const std::string& path,
                              const SnapshotRetention& retention,
                              const ShowBackup& show) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        throw_os_error("cannot create the folder " + path, errno);
    PosixFileSystem files(PosixFileSystem::open_root(path));
    FolderTarget target(files, FolderTarget::Use::write);
    return create_backup(engine, target, retention, show);
}

VerifyReport verify_backup_folder(const std::string& path,
                                  Logger& log,
                                  const MasterKey& master,
                                  const ShowBackup& show) {
    PosixFileSystem files(PosixFileSystem::open_root(path));
    FolderTarget target(files, FolderTarget::Use::read);
    return verify_backup_here(target, log, master, show);
}

VerifyReport verify_backup_here(BackupTarget& target,
                                Logger& log,
                                const MasterKey& master,
                                const ShowBackup& show) {
    const ScratchFolder scratch;
    PosixFileSystem scratch_files(PosixFileSystem::open_root(scratch.path()));
    SystemClock clock;
    SystemRandom random;
    return verify_backup(target, Host{scratch_files, clock, random, log}, {}, master, show);
}

}  // namespace alexander
