// A machine with one simulated disk, on which the real store runs until the power goes.
#pragma once

#include "base/clock.h"
#include "base/logging.h"
#include "base/random_source.h"
#include "base/unique_fd.h"
#include "catalog/sql/file_system_vfs.h"
#include "store/backup/backup.h"
#include "store/rebuild/rebuild.h"
#include "store/store.h"
#include "tests/crash/mutant_file_system.h"
#include "tests/support/memory_file_system.h"

#include <atomic>
#include <memory>
#include <random>
#include <string>

namespace alexander::crash {

/// What goes wrong, and when. Steps are calls that change the disk: write, truncate, sync, ...
struct Plan {
    std::uint64_t seed = 0;
    std::uint64_t cut_at_step = 0;   // 0: never. From this step on every call fails
    std::uint64_t fail_at_step = 0;  // 0: never. This call alone fails, with fault_errno
    int fault_errno = 0;
    std::uint64_t fail_log_sync_at = 0;  // 0: never. This sync of the log (1, 2, ...) fails once
    Mutant mutant = Mutant::none;
};

/// The same bytes again for the same seed.
class SeededRandom final : public RandomSource {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}

    void fill(MutableBytes into) override;

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;  // guarded by mutex_
};

/// One process on the machine, from its start to the power cut.
class Boot {
public:
    Boot(MemoryDisk& disk, const Plan& plan, RandomSource& random);

    void create(const MasterKey& master) { Store::create(host(), options(), master); }

    /// Steps are counted from here on.
    void start_counting() { is_counting_ = true; }

    /// `source`: asked for the master key again, as daemons are.
    [[nodiscard]] std::unique_ptr<Store> open(const MasterKey& master,
                                              ProcessRole role,
                                              MasterKeySource source = {}) {
        StoreOptions chosen = options();
        chosen.master_source = std::move(source);
        return Store::open(host(), chosen, master, role);
    }

    [[nodiscard]] RebuildReport rebuild(const MasterKey& master,
                                        const RebuildOptions& wanted = {}) {
        return rebuild_catalog(host(), options(), master, wanted);
    }

    RestoreReport restore(BackupTarget& target, const MasterKey& master) {
        return restore_backup(target, host(), options(), master, [](const BackupProgress&) {});
    }

    VerifyReport verify(BackupTarget& target, const MasterKey& master) {
        return verify_backup(target, host(), options(), master, [](const BackupProgress&) {});
    }

    [[nodiscard]] FileSystem& files() { return files_; }

    [[nodiscard]] std::uint64_t steps() const { return steps_; }

    [[nodiscard]] bool is_dead() const { return is_dead_; }

private:
    [[nodiscard]] Host host() { return {files_, clock_, random_, log_}; }

    [[nodiscard]] StoreOptions options();
    void before(DiskOperation operation, const std::string& path);

    const Plan plan_;
    RandomSource& random_;
    std::atomic<bool> is_counting_ = false;
    std::atomic<bool> is_dead_ = false;
    std::atomic<std::uint64_t> steps_ = 0;
    std::atomic<std::uint64_t> log_syncs_ = 0;
    MemoryFileSystem disk_;
    MutantFileSystem files_;
    sql::SharedFileTable shared_;
    sql::FileSystemVfs vfs_;
    SystemClock clock_;
    UniqueFd nowhere_;
    Logger log_;
};

}  // namespace alexander::crash
