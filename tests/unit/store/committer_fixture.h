// A store folder and processes of it, without the services: what the committer's tests need.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/posix_file_system.h"
#include "base/random_source.h"
#include "base/uuid.h"
#include "catalog/contents.h"
#include "catalog/users.h"
#include "store/group_committer.h"
#include "store/process_table.h"
#include "store/store_file.h"
#include "tests/unit/scratch_directory.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace alexander {

/// A catalog whose sync can be watched and made to fail.
class WatchedCatalog final : public catalog::Catalog {
public:
    explicit WatchedCatalog(std::unique_ptr<catalog::Catalog> real) : real_(std::move(real)) {}

    [[nodiscard]] bool needs_migration() override { return real_->needs_migration(); }

    void migrate() override { real_->migrate(); }

    [[nodiscard]] std::unique_ptr<catalog::Snapshot> read() override { return real_->read(); }

    [[nodiscard]] std::unique_ptr<catalog::Transaction> write() override {
        if (failing_writes > 0) {
            --failing_writes;
            throw Error(write_failure, "the disk is full, says the test");
        }
        return real_->write();
    }

    void sync_log() override {
        if (before_sync)
            before_sync();
        if (failing_syncs > 0) {
            --failing_syncs;
            throw Error(ErrorCode::device_error, "the sync failed, says the test", 5);
        }
        real_->sync_log();
        ++syncs;
    }

    void repair_log() override {
        ++repairs;
        if (repairs_fail)
            throw Error(ErrorCode::corrupt, "the log is damaged, says the test");
        real_->repair_log();
    }

    [[nodiscard]] catalog::CommitSeq copy_to(const std::string& path) override {
        return real_->copy_to(path);
    }

    void checkpoint_if_large() override { real_->checkpoint_if_large(); }

    void checkpoint_all() override { real_->checkpoint_all(); }

    [[nodiscard]] std::uint64_t checkpoints() const override { return real_->checkpoints(); }

    [[nodiscard]] std::int64_t reserve_ids(catalog::Transaction& transaction,
                                           catalog::IdKind kind,
                                           std::int64_t count) override {
        return real_->reserve_ids(transaction, kind, count);
    }

    [[nodiscard]] std::vector<std::string> check_integrity() override {
        return real_->check_integrity();
    }

    std::function<void()> before_sync;
    std::atomic<int> failing_syncs = 0;
    std::atomic<int> failing_writes = 0;
    ErrorCode write_failure = ErrorCode::no_space;
    std::atomic<bool> repairs_fail = false;
    std::atomic<int> syncs = 0;
    std::atomic<int> repairs = 0;

private:
    const std::unique_ptr<catalog::Catalog> real_;
};

/// The folder of a store.
struct StoreFolder {
    StoreFolder() {
        for (const char* const name : {"tmp", "meta", "data", "run"})
            files.create_directory(name);
        file.uuid = random_uuid(random);
        catalog::Catalog::create({database(), "", {}}, file.uuid);
        write_store_file(files, file);
    }

    [[nodiscard]] std::string database() { return files.host_path("meta/alexander.db"); }

    SystemClock clock;
    SystemRandom random;
    ScratchDirectory scratch;
    PosixFileSystem files{PosixFileSystem::open_root(scratch.path().string())};
    StoreFile file;
};

/// What one process has of it. Locks belong to open files: two of these are like two processes.
class StoreProcess {
public:
    explicit StoreProcess(StoreFolder& folder,
                          const GroupCommitterOptions& options = {},
                          ProcessRole role = ProcessRole::s3d)
        : folder_(folder),
          process(random_uuid(folder.random)),
          locks(folder.files),
          page(folder.files),
          processes(page, locks),
          packs(folder.files, folder.random, folder.clock, folder.file.uuid, {}) {
        const auto catalog_lock = locks.lock_catalog();
        const bool is_first = !processes.is_anybody_alive();
        if (is_first)
            page.reset();
        processes.join(process, role);
        catalog = std::make_unique<WatchedCatalog>(
            catalog::Catalog::open({folder.database(), "", process}));
        log_sync = std::make_unique<LogSync>(*catalog, page, locks);
        if (is_first)
            log_sync->repair();
        committer = std::make_unique<GroupCommitter>(
            CommitParts{
                folder.files, folder.clock, *catalog, packs, *log_sync, page, locks, process},
            options);
    }

    [[nodiscard]] bool has_user(const std::string& name) {
        return catalog::find_user(*catalog->read(), name).has_value();
    }

private:
    StoreFolder& folder_;

public:
    const catalog::ProcessId process;
    StoreLocks locks;
    SharedPage page;
    ProcessTable processes;
    PackWriter packs;
    std::unique_ptr<WatchedCatalog> catalog;
    std::unique_ptr<LogSync> log_sync;
    std::unique_ptr<GroupCommitter> committer;
};

/// A change that is easy to look for.
[[nodiscard]] inline Change insert_user(std::string name) {
    return [name = std::move(name)](CommitScope& scope) {
        catalog::User user;
        user.id = scope.rows().next_id(catalog::IdKind::user);
        user.name = name;
        user.canonical_id = name;
        catalog::insert_user(scope.rows(), user);
    };
}

[[nodiscard]] inline Change fail_with(ErrorCode code) {
    return [code](CommitScope&) { throw Error(code, "refused by the test"); };
}

/// A record that is whole for a pack, though nobody could open it.
[[nodiscard]] SealedRecord make_record(RandomSource& random, std::size_t payload_bytes);

/// The code of the Error that the future holds; nothing if it holds a value.
[[nodiscard]] std::optional<ErrorCode> failure_of(std::future<catalog::CommitSeq> future);

}  // namespace alexander
