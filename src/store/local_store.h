// The store that a program's settings name, with the host's services behind it.
#pragma once

#include "base/logging.h"
#include "base/posix_file_system.h"
#include "base/settings.h"
#include "store/backup/backup.h"
#include "store/rebuild/rebuild.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <string>

namespace alexander {

/// Logs as `settings` say; the clock must outlive it.
[[nodiscard]] std::unique_ptr<Logger> make_logger(const Settings& settings, Clock& clock);

/// The key that `settings` give. Throws invalid_argument if they give none or not 64 hex digits.
[[nodiscard]] MasterKey master_key_of(const Settings& settings);

/// The file that the master key of `settings` was read from, if it was.
[[nodiscard]] std::optional<std::string> master_key_file(const Settings& settings);

/// storage.data_dir as a file system whose files belong to the store's owner. Throws not_a_store.
[[nodiscard]] std::unique_ptr<PosixFileSystem> open_store_folder(const Settings& settings);

/// create_backup to a folder, which is created with mode 0700 if it is missing.
[[nodiscard]] BackupReport backup_to_folder(const Engine& engine,
                                            const std::string& path,
                                            const SnapshotRetention& retention,
                                            const ShowBackup& show);

/// verify_backup; the catalog is in a new folder of $TMPDIR meanwhile.
[[nodiscard]] VerifyReport verify_backup_here(BackupTarget& target,
                                              Logger& log,
                                              const MasterKey& master,
                                              const ShowBackup& show);

/// The same of a folder.
[[nodiscard]] VerifyReport verify_backup_folder(const std::string& path,
                                                Logger& log,
                                                const MasterKey& master,
                                                const ShowBackup& show);

/// Owns a Store and the host services that it stands on. One per program.
///
/// Everything that is created in the folder belongs to the owner of its STORE file, so that root's
/// tools do not lock the daemons out.
class LocalStore {
public:
    /// Makes a store in storage.data_dir, creating the folder with mode 0750 if it is missing.
    static void create(const Settings& settings, Logger& log, const MasterKey& master);

    /// rebuild_catalog for the store in storage.data_dir.
    [[nodiscard]] static RebuildReport rebuild(const Settings& settings,
                                               Logger& log,
                                               const MasterKey& master,
                                               const RebuildOptions& options);

    /// restore_backup from a folder into storage.data_dir, which is created if it is missing.
    [[nodiscard]] static RestoreReport restore(const Settings& settings,
                                               Logger& log,
                                               const MasterKey& master,
                                               const std::string& from,
                                               const ShowBackup& show);

    /// The same from wherever the backup is.
    [[nodiscard]] static RestoreReport restore(const Settings& settings,
                                               Logger& log,
                                               const MasterKey& master,
                                               BackupTarget& from,
                                               const ShowBackup& show);

    /// Throws what Store::open throws, not_a_store and wrong_key with what to do. When the master
    /// key has changed it is read again from its file.
    LocalStore(const Settings& settings, Logger& log, const MasterKey& master, ProcessRole role);

    /// The same for a program that may not read the file itself: `source` tells the key again.
    LocalStore(const Settings& settings,
               Logger& log,
               const MasterKey& master,
               ProcessRole role,
               MasterKeySource source);

    [[nodiscard]] Store& store() noexcept { return *store_; }

    [[nodiscard]] Clock& clock() noexcept { return clock_; }

    [[nodiscard]] RandomSource& random() noexcept { return random_; }

private:
    SystemClock clock_;
    SystemRandom random_;
    std::unique_ptr<PosixFileSystem> files_;
    std::unique_ptr<Store> store_;
};

}  // namespace alexander
