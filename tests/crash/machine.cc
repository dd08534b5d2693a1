#include "tests/crash/machine.h"

#include "base/error.h"

#include <fcntl.h>

#include <cerrno>

namespace alexander::crash {

namespace {

// SQLite knows file systems by name.
std::string unused_name() {
    static std::atomic<int> boots = 0;
    return "crash-" + std::to_string(boots++);
}

bool changes_disk(DiskOperation operation) {
    return operation != DiskOperation::open && operation != DiskOperation::read;
}

}  // namespace

void SeededRandom::fill(MutableBytes into) {
    const std::lock_guard lock(mutex_);
    for (std::byte& byte : into)
        byte = static_cast<std::byte>(engine_() & 0xff);
}

Boot::Boot(MemoryDisk& disk, const Plan& plan, RandomSource& random)
    : plan_(plan),
      random_(random),
      disk_(disk,
            [this](DiskOperation operation, const std::string& path) { before(operation, path); }),
      files_(disk_, plan.mutant),
      vfs_(unused_name(), files_, shared_),
      nowhere_(UniqueFd::adopt(::open("/dev/null", O_WRONLY | O_CLOEXEC))),
      log_(clock_, LogLevel::error, LogFormat::text, nowhere_.get()) {}

StoreOptions Boot::options() {
    StoreOptions options;
    options.database_path = "meta/alexander.db";
    options.database_vfs = vfs_.name();
    options.chunk_cache_bytes = 1U << 20U;
    options.seal_size_bytes = 12'000;  // so that packs are sealed within a run
    options.reserve_size_bytes = 10'000;
    return options;
}

void Boot::before(DiskOperation operation, const std::string& path) {
    if (is_dead_)
        throw_os_error("the power is off: " + path, EIO);
    if (!is_counting_ || !changes_disk(operation))
        return;
    if (++steps_ == plan_.cut_at_step) {
        is_dead_ = true;
        throw_os_error("the power goes off: " + path, EIO);
    }
    if (steps_ == plan_.fail_at_step)
        throw_os_error("a call that fails once: " + path, plan_.fault_errno);
    if (operation == DiskOperation::sync && path.ends_with("-wal") &&
        ++log_syncs_ == plan_.fail_log_sync_at)
        throw_os_error("sync " + path, EIO);
}

}  // namespace alexander::crash
