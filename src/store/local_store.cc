#include "store/local_store.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace alexander {

namespace {

// The file may hold another key by now: that of before was changed while this program ran.
MasterKeySource master_source_of(const Settings& settings) {
    const std::optional<std::string> path = master_key_file(settings);
    if (!path)
        return {};
    return [file = *path] {
        return MasterKey::parse(read_secret(file, "auth.encryption_key_file").reveal());
    };
}

std::string explain_wrong_key(const Settings& settings) {
    const std::string& file = settings.auth.encryption_key_file;
    return "the master key " +
           (file.empty() ? "in auth.encryption_key"
                         : "in " + file + " (auth.encryption_key_file)") +
           " does not open the store " + settings.storage.data_dir +
           ": it is another store's, or it was changed or removed since. Use the key on the newest "
           "recovery sheet of this store; `alexander-admin key check-sheet` tells whether a key "
           "opens it";
}

StoreOptions options_of(const Settings& settings, MasterKeySource source) {
    StoreOptions options;
    options.database_path =
        std::filesystem::absolute(settings.storage.data_dir) / "meta/alexander.db";
    options.chunk_cache_bytes = settings.storage.chunk_cache_bytes;
    options.compression = settings.storage.compression == CompressionSetting::zstd
                              ? Compression::zstd
                              : Compression::none;
    options.master_source = std::move(source);
    return options;
}

std::unique_ptr<Store> open_explaining(const Settings& settings,
                                       const Host& host,
                                       const MasterKey& master,
                                       ProcessRole role,
                                       MasterKeySource source) {
    try {
        return Store::open(host, options_of(settings, std::move(source)), master, role);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::wrong_key)
            throw;
        throw Error(ErrorCode::wrong_key, explain_wrong_key(settings));
    }
}

// Who owns what is created in there: as a file of it, which may not be there yet.
std::unique_ptr<PosixFileSystem> open_folder(const std::string& path, const char* file) {
    UniqueFd root = PosixFileSystem::open_root(path);
    PosixFileSystem::check_local(root);
    std::optional<FileOwner> owner;
    struct stat facts = {};
    if (::fstatat(root.get(), file, &facts, AT_SYMLINK_NOFOLLOW) == 0)
        owner = FileOwner{facts.st_uid, facts.st_gid};
    return std::make_unique<PosixFileSystem>(std::move(root), owner);
}

void make_folder(const std::string& path) {
    std::error_code fault;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), fault);
    if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST)
        throw_os_error("cannot create the store folder " + path, errno);
}

}  // namespace

std::unique_ptr<PosixFileSystem> open_store_folder(const Settings& settings) {
    return open_folder(settings.storage.data_dir, "STORE");
}

std::unique_ptr<Logger> make_logger(const Settings& settings, Clock& clock) {
    return std::make_unique<Logger>(clock, settings.logging.level, settings.logging.format);
}

std::optional<std::string> master_key_file(const Settings& settings) {
    const Settings::Auth& auth = settings.auth;
    if (auth.encryption_key_file.empty() || auth.encryption_key.empty())
        return std::nullopt;
    return auth.encryption_key_file;
}

MasterKey master_key_of(const Settings& settings) {
    if (settings.auth.encryption_key.empty())
        throw Error(ErrorCode::invalid_argument,
                    "no master key is configured: set auth.encryption_key_file to the file that "
                    "`alexander-admin init` wrote");
    return MasterKey::parse(settings.auth.encryption_key.reveal());
}

void LocalStore::create(const Settings& settings, Logger& log, const MasterKey& master) {
    make_folder(settings.storage.data_dir);
    SystemClock clock;
    SystemRandom random;
    const auto files = open_store_folder(settings);
    Store::create(Host{*files, clock, random, log}, options_of(settings, {}), master);
}

RebuildReport LocalStore::rebuild(const Settings& settings,
                                  Logger& log,
                                  const MasterKey& master,
                                  const RebuildOptions& options) {
    SystemClock clock;
    SystemRandom random;
    const auto files = open_store_folder(settings);
    try {
        return rebuild_catalog(
            Host{*files, clock, random, log}, options_of(settings, {}), master, options);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::wrong_key)
            throw;
        throw Error(ErrorCode::wrong_key, explain_wrong_key(settings));
    }
}

RestoreReport LocalStore::restore(const Settings& settings,
                                  Logger& log,
                                  const MasterKey& master,
                                  const std::string& from,
                                  const ShowBackup& show) {
    PosixFileSystem source(PosixFileSystem::open_root(from));
    FolderTarget backup(source, FolderTarget::Use::read);
    return restore(settings, log, master, backup, show);
}

RestoreReport LocalStore::restore(const Settings& settings,
                                  Logger& log,
                                  const MasterKey& master,
                                  BackupTarget& from,
                                  const ShowBackup& show) {
    SystemClock clock;
    SystemRandom random;
    make_folder(settings.storage.data_dir);
    const auto files = open_folder(settings.storage.data_dir, ".");
    return restore_backup(
        from, Host{*files, clock, random, log}, options_of(settings, {}), master, show);
}

LocalStore::LocalStore(const Settings& settings,
                       Logger& log,
                       const MasterKey& master,
                       ProcessRole role)
    : LocalStore(settings, log, master, role, master_source_of(settings)) {}

LocalStore::LocalStore(const Settings& settings,
                       Logger& log,
                       const MasterKey& master,
                       ProcessRole role,
                       MasterKeySource source)
    : files_(open_store_folder(settings)),
      store_(open_explaining(
          settings, Host{*files_, clock_, random_, log}, master, role, std::move(source))) {}

}  // namespace alexander
