#include "store/local_store.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace alexander {

namespace {

StoreOptions options_of(const Settings& settings) {
    StoreOptions options;
    options.database_path =
        std::filesystem::absolute(settings.storage.data_dir) / "meta/alexander.db";
    options.chunk_cache_bytes = settings.storage.chunk_cache_bytes;
    options.compression = settings.storage.compression == CompressionSetting::zstd
                              ? Compression::zstd
                              : Compression::none;
    return options;
}

std::unique_ptr<PosixFileSystem> open_folder(const std::string& path) {
    UniqueFd root = PosixFileSystem::open_root(path);
    PosixFileSystem::check_local(root);
    std::optional<FileOwner> owner;
    struct stat facts = {};
    if (::fstatat(root.get(), "STORE", &facts, AT_SYMLINK_NOFOLLOW) == 0)
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

std::unique_ptr<Logger> make_logger(const Settings& settings, Clock& clock) {
    return std::make_unique<Logger>(clock, settings.logging.level, settings.logging.format);
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
    const auto files = open_folder(settings.storage.data_dir);
    Store::create(Host{*files, clock, random, log}, options_of(settings), master);
}

LocalStore::LocalStore(const Settings& settings,
                       Logger& log,
                       const MasterKey& master,
                       ProcessRole role)
    : files_(open_folder(settings.storage.data_dir)),
      store_(Store::open(Host{*files_, clock_, random_, log}, options_of(settings), master, role)) {
}

}  // namespace alexander
