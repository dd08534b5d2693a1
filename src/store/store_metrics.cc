// OpenStore: what it tells of itself to those who watch it.
#include "base/error.h"
#include "base/metrics/text.h"
#include "catalog/scrub.h"
#include "store/open_store.h"
#include "store/snapshots/list.h"

#include <algorithm>
#include <string>

namespace alexander {

namespace {

// Totals are sums over all chunks: they are taken anew after this, or a multiple of what it took.
constexpr std::chrono::seconds totals_lifetime{10};
constexpr int totals_share = 20;

constexpr std::chrono::seconds commit_patience{5};

double number(std::int64_t value) {
    return static_cast<double>(value);
}

double factor(std::int64_t of, std::int64_t over) {
    return of > 0 && over > 0 ? number(of) / number(over) : 1.0;
}

void write_totals(MetricsText& text, const Store::Status& status, std::int64_t damaged) {
    const catalog::StoreTotals& totals = status.totals;
    text.add("alexander_storage_objects", number(totals.objects));
    text.add("alexander_storage_versions", number(totals.versions));
    text.add("alexander_storage_logical_bytes", number(totals.logical_bytes));
    text.add("alexander_storage_unique_bytes", number(totals.unique_bytes));
    text.add("alexander_storage_record_bytes", number(totals.record_bytes));
    text.add("alexander_storage_disk_bytes", static_cast<double>(status.disk_bytes));
    text.add("alexander_storage_catalog_bytes", static_cast<double>(status.catalog_bytes));
    text.add("alexander_storage_chunks", number(totals.chunks));
    text.add("alexander_storage_packs", number(totals.packs));
    text.add("alexander_storage_dedup_factor", factor(totals.logical_bytes, totals.unique_bytes));
    text.add("alexander_storage_compression_factor",
             factor(totals.unique_bytes, totals.record_bytes));
    text.add("alexander_storage_damaged_chunks", number(damaged));
}

void write_chunks(MetricsText& text, ChunkStore& chunks) {
    const ChunkMeters& meters = chunks.meters();
    text.add("alexander_storage_corrupt_reads_total", meters.corrupt_reads);
    text.add("alexander_storage_ingested_chunks_total", meters.new_chunks, {{"result", "new"}});
    text.add("alexander_storage_ingested_chunks_total", meters.known_chunks, {{"result", "known"}});
    text.add("alexander_storage_ingested_bytes_total", meters.new_bytes, {{"result", "new"}});
    text.add("alexander_storage_ingested_bytes_total", meters.known_bytes, {{"result", "known"}});
    text.add("alexander_cache_hits_total", meters.chunk_hits, {{"cache", "chunk"}});
    text.add("alexander_cache_hits_total", meters.page_hits, {{"cache", "page"}});
    text.add("alexander_cache_misses_total", meters.chunk_misses, {{"cache", "chunk"}});
    text.add("alexander_cache_misses_total", meters.page_misses, {{"cache", "page"}});
    text.add(
        "alexander_cache_bytes", static_cast<double>(chunks.cache_bytes()), {{"cache", "chunk"}});
}

void write_commits(MetricsText& text, GroupCommitter& committer) {
    const CommitMeters& meters = committer.meters();
    text.add("alexander_db_commits_total", meters.commits);
    text.add("alexander_db_changes_total", meters.changes);
    text.add("alexander_db_failed_changes_total", meters.failed_changes);
    text.add("alexander_db_batch_changes", meters.batch_changes);
    text.add("alexander_db_commit_duration_seconds", meters.commit_time);
    text.add("alexander_db_sync_duration_seconds", meters.sync_time);
    text.add("alexander_db_queued_changes", static_cast<double>(committer.queued()));
}

void write_chores(MetricsText& text, const ChoreMeters& meters) {
    text.add("alexander_gc_runs_total", meters.gc_done, {{"result", "done"}});
    text.add("alexander_gc_runs_total", meters.gc_failed, {{"result", "failed"}});
    text.add("alexander_gc_deleted_chunks_total", meters.gc_deleted_chunks);
    text.add("alexander_gc_moved_bytes_total", meters.gc_moved_bytes);
    text.add("alexander_gc_freed_bytes_total", meters.gc_freed_bytes);
    text.add("alexander_gc_last_success_timestamp_seconds", number(meters.gc_ended_at.value()));
    text.add("alexander_scrub_packs_total", meters.scrub_packs);
    text.add("alexander_scrub_bytes_total", meters.scrub_bytes);
    text.add("alexander_scrub_damaged_total", meters.scrub_damaged);
    text.add("alexander_scrub_healed_total", meters.scrub_healed);
    text.add("alexander_scrub_last_success_timestamp_seconds",
             number(meters.scrub_ended_at.value()));
    text.add("alexander_snapshot_runs_total", meters.snapshots_done, {{"result", "done"}});
    text.add("alexander_snapshot_runs_total", meters.snapshots_failed, {{"result", "failed"}});
}

/// Of all mounts: how many there are, and by how many commits the last one is behind.
void write_mounts(MetricsText& text, StoreMembership& store) {
    const std::uint64_t committed = store.page.words().committed.load();
    std::uint64_t behind = 0;
    int mounts = 0;
    for (const unsigned region : store.processes.living()) {
        SharedRegion& mount = store.page.region(region);
        if (mount.serving.load() == 0)
            continue;
        ++mounts;
        behind = std::max(behind, committed - std::min(committed, mount.applied.load()));
    }
    text.add("alexander_changelog_lag_commits", static_cast<double>(behind));
    text.add("alexander_changelog_mounts", mounts);
}

}  // namespace

void OpenStore::write_metrics(MetricsText& text) {
    {
        auto totals = totals_.lock();
        const std::chrono::nanoseconds now = membership_->host.clock.monotonic();
        if (!totals->taken_at || now >= *totals->taken_at + totals->lifetime) {
            totals->status = status();
            totals->damaged = catalog::count_damaged_chunks(*membership_->catalog->read());
            totals->taken_at = membership_->host.clock.monotonic();
            totals->lifetime = std::max<std::chrono::nanoseconds>(
                totals_lifetime, totals_share * (*totals->taken_at - now));
        }
        write_totals(text, totals->status, totals->damaged);
    }
    text.add("alexander_storage_free_bytes",
             static_cast<double>(membership_->host.files.space().available_bytes));
    text.add("alexander_storage_processes",
             static_cast<double>(membership_->processes.living().size()));
    write_chunks(text, chunks_);
    write_commits(text, committer_);
    text.add("alexander_db_wal_bytes", static_cast<double>(log_bytes()));
    text.add("alexander_db_checkpoints_total",
             static_cast<double>(membership_->catalog->checkpoints()));
    write_mounts(text, *membership_);
    text.add("alexander_snapshot_newest_timestamp_seconds",
             number(get_snapshot_facts(engine_).newest_seconds.value_or(0)));
    write_chores(text, chores_);
}

std::vector<std::string> OpenStore::faults() {
    if (committer_.poisoned() || !membership_->log_sync->fault().empty())
        return {"read_only"};
    std::vector<std::string> found;
    if (membership_->host.files.space().available_bytes < membership_->options.reserve_size_bytes)
        found.emplace_back("disk_full");
    // It writes nothing, but goes through all stages and both locks.
    std::future<catalog::CommitSeq> nothing = committer_.submit({{}, [](CommitScope&) {}, {}});
    if (nothing.wait_for(commit_patience) != std::future_status::ready)
        found.emplace_back("catalog");
    else
        std::ignore = nothing.get();
    return found;
}

}  // namespace alexander
