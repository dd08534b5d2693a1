#include "base/error.h"
#include "base/hex.h"
#include "base/logging.h"
#include "base/uuid.h"
#include "catalog/inodes.h"
#include "store/gc/collector.h"
#include "store/health/last_collection.h"
#include "store/open_store.h"
#include "store/snapshots/maker.h"

#include <filesystem>

namespace alexander {

namespace {

CommitParts commit_parts(StoreMembership& store, PackWriter& packs) {
    return {store.host.files,
            store.host.clock,
            *store.catalog,
            packs,
            *store.log_sync,
            store.page,
            store.locks,
            store.process};
}

GroupCommitterOptions committer_options(ProcessRole role) {
    GroupCommitterOptions options;
    options.failure = role == ProcessRole::mount ? Failure::stops_process : Failure::alone;
    return options;
}

ChunkStore::Options chunk_options(const StoreMembership& store) {
    ChunkStore::Options options;
    options.cache_bytes = store.options.chunk_cache_bytes;
    options.compression = store.options.compression;
    options.reload_keyring = [&store] { return store.keyring->read_again(); };
    return options;
}

// Of the host, not of FileSystem: a descriptor of the database that is closed here would take
// SQLite's locks along.
std::uint64_t host_file_size(const std::string& path) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(path, missing);
    return missing ? 0 : size;
}

}  // namespace

OpenStore::OpenStore(std::unique_ptr<StoreMembership> membership, ProcessRole role)
    : membership_(std::move(membership)),
      sessions_(membership_->page, membership_->processes),
      packs_(membership_->host.files,
             membership_->host.random,
             membership_->host.clock,
             membership_->file.uuid,
             PackWriterSettings{.seal_size_bytes = membership_->options.seal_size_bytes}),
      chunks_(membership_->file.uuid,
              membership_->keyring->first(),
              membership_->host.random,
              membership_->host.files,
              *membership_->catalog,
              chunk_options(*membership_)),
      committer_(commit_parts(*membership_, packs_), committer_options(role)),
      coherence_(membership_->page,
                 membership_->processes,
                 *membership_->log_sync,
                 membership_->host.clock,
                 membership_->process),
      mount_coherence_(membership_->page, membership_->processes, membership_->locks),
      engine_{membership_->host.files,
              membership_->host.clock,
              membership_->host.random,
              membership_->host.log,
              *membership_->catalog,
              committer_,
              chunks_,
              membership_->keyring->first(),
              coherence_,
              mount_coherence_,
              membership_->process,
              [store = membership_.get()] { return store->keyring->read_again(); },
              &sessions_,
              &chores_},
      buckets_(engine_),
      objects_(engine_),
      uploads_(engine_),
      users_(engine_),
      maintenance_({membership_->host.files,
                    membership_->host.clock,
                    membership_->host.log,
                    *membership_->catalog,
                    committer_,
                    membership_->page,
                    membership_->locks,
                    membership_->processes,
                    membership_->options.reserve_size_bytes,
                    [this](SealedRecord& record) { return chunks_.renew(record); }}),
      keys_({membership_->host.log,
             *membership_->catalog,
             membership_->locks,
             membership_->page,
             membership_->processes,
             *membership_->keyring,
             chunks_,
             committer_,
             [this](const GcOptions& options) { return collect_garbage(options); }}) {
    chunks_.attach(committer_);
}

OpenStore::~OpenStore() {
    try {
        close();
    } catch (const Error& error) {
        membership_->host.log.error("store", std::string("closing the store: ") + error.what());
    }
}

void OpenStore::close() {
    if (closed_.exchange(true))
        return;
    sessions_.close();
    try {
        finish();
    } catch (const Error&) {
        membership_->processes.leave();
        throw;
    }
    membership_->processes.leave();
}

void OpenStore::finish() {
    mount_coherence_.stop();
    if (!committer_.poisoned()) {
        committer_.commit([&](CommitScope& scope) {
            catalog::delete_process_state(scope.rows(), membership_->process);
        });
    }
    committer_.close();
    const auto catalog_lock = membership_->locks.lock_catalog();
    if (membership_->processes.living().size() == 1)
        membership_->catalog->checkpoint_all();
}

void OpenStore::maintain() {
    keys_.follow();
    maintenance_.run();
    chunks_.close_removed_packs();
}

GcReport OpenStore::collect_garbage(const GcOptions& options) {
    gc::CollectorParts parts{membership_->host.files,
                             membership_->host.clock,
                             membership_->host.random,
                             membership_->host.log,
                             *membership_->catalog,
                             committer_,
                             [this] { return sessions_.horizon(); },
                             [this](SealedRecord& record) { return chunks_.renew(record); }};
    if (options.snapshots)
        parts.before_removal = [this, &options] { keep_newest_snapshot_whole(options); };
    gc::Collector collector(parts, options);
    try {
        const GcReport report = collector.run();
        chunks_.close_removed_packs();
        count(report, options);
        if (!options.dry_run)
            note_collection(
                membership_->host.files, membership_->host.clock.now(), membership_->host.log);
        return report;
    } catch (const Error& error) {
        // Busy: another process collects, which is not a failure of anything.
        if (error.code() != ErrorCode::busy)
            chores_.gc_failed.add();
        throw;
    }
}

void OpenStore::count(const GcReport& report, const GcOptions& options) {
    if (options.dry_run)
        return;
    chores_.gc_done.add();
    chores_.gc_deleted_chunks.add(static_cast<std::uint64_t>(report.deleted_chunks));
    chores_.gc_moved_bytes.add(static_cast<std::uint64_t>(report.moved_bytes));
    chores_.gc_freed_bytes.add(static_cast<std::uint64_t>(report.freed_bytes));
    chores_.gc_ended_at.set(membership_->host.clock.now().seconds);
}

std::uint64_t OpenStore::log_bytes() const {
    return host_file_size(database_path(membership_->host.files, membership_->options) + "-wal");
}

// On a full disk space comes first: what the newest snapshot then leads to and is gone, a client
// has deleted.
void OpenStore::keep_newest_snapshot_whole(const GcOptions& options) {
    SnapshotOptions wanted;
    wanted.retention = *options.snapshots;
    wanted.should_stop = options.should_stop;
    try {
        std::ignore = create_snapshot(engine_, wanted);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::no_space)
            throw;
        membership_->host.log.warning("gc",
                                      "packs are removed that the newest snapshot of the catalog "
                                      "leads to, because the disk is full");
    }
}

Store::Status OpenStore::status() {
    Status status;
    {
        const std::unique_ptr<catalog::Snapshot> snapshot = membership_->catalog->read();
        status.totals = catalog::get_totals(*snapshot);
        status.disk_bytes = static_cast<std::uint64_t>(catalog::get_pack_bytes(*snapshot));
    }
    status.catalog_bytes =
        host_file_size(database_path(membership_->host.files, membership_->options)) + log_bytes();
    status.free_bytes = membership_->host.files.space().available_bytes;
    status.store_uuid = format_uuid(membership_->file.uuid);
    status.live_processes = static_cast<std::int64_t>(membership_->processes.living().size());
    return status;
}

}  // namespace alexander
