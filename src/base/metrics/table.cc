#include "base/metrics/table.h"

#include <algorithm>
#include <array>

namespace alexander {

namespace {

constexpr auto counter = MetricKind::counter;
constexpr auto gauge = MetricKind::gauge;
constexpr auto histogram = MetricKind::histogram;
constexpr auto s3d = MetricSource::s3d;
constexpr auto fuse = MetricSource::fuse;
constexpr auto both = MetricSource::both;

// A row a metric.
// clang-format off
constexpr auto table = std::to_array<MetricRow>({
    {"alexander_build_info", gauge, both, "program,version",
     "1, with the program and its version."},
    {"alexander_ready", gauge, both, "",
     "1 if /readyz answers 200, else 0."},
    {"alexander_log_events_total", counter, both, "level",
     "Events of the log by level, also those below logging.level."},
    {"alexander_tls_certificate_expiry_timestamp_seconds", gauge, s3d, "",
     "When the certificate in use ends, in seconds since 1970; 0 without TLS."},

    {"alexander_http_requests_total", counter, s3d, "operation,status",
     "Requests by operation and HTTP status; status 0: the client was gone before the answer."},
    {"alexander_http_request_duration_seconds", histogram, s3d, "operation",
     "From the head of a request to the last byte of its answer, waits for the client included."},
    {"alexander_http_errors_total", counter, s3d, "code",
     "Errors by their S3 code."},
    {"alexander_http_requests_in_flight", gauge, s3d, "",
     "Connections on which a request runs."},
    {"alexander_http_connections", gauge, s3d, "",
     "Open connections."},
    {"alexander_http_workers", gauge, s3d, "",
     "Threads that serve requests."},
    {"alexander_http_received_bytes_total", counter, s3d, "",
     "Bytes of request bodies."},
    {"alexander_http_sent_bytes_total", counter, s3d, "",
     "Bytes of response bodies."},
    {"alexander_http_slow_requests_total", counter, s3d, "",
     "Requests that took longer than logging.slow_request_milliseconds."},
    {"alexander_auth_failures_total", counter, s3d, "reason",
     "Requests that were refused for who signed them or how."},
    {"alexander_audit_events_total", counter, s3d, "",
     "Lines written to the audit log."},
    {"alexander_audit_failures_total", counter, s3d, "",
     "Lines that could not be written to the audit log."},

    {"alexander_ratelimit_rejected_total", counter, s3d, "limit",
     "Requests answered 503 SlowDown by a limit of rate_limit.*."},
    {"alexander_ratelimit_paused_seconds_total", counter, s3d, "",
     "Time for which bodies were held back by a limit of bytes."},
    {"alexander_ratelimit_clients", gauge, s3d, "",
     "Addresses and access keys that limits keep account of."},

    {"alexander_storage_objects", gauge, both, "",
     "Current objects of all buckets."},
    {"alexander_storage_versions", gauge, both, "",
     "Versions that are kept besides them, delete markers included."},
    {"alexander_storage_logical_bytes", gauge, both, "",
     "Bytes of all objects and versions, as their users count them."},
    {"alexander_storage_unique_bytes", gauge, both, "",
     "Bytes of all different chunks before compression."},
    {"alexander_storage_record_bytes", gauge, both, "",
     "Bytes of these chunks, compressed and encrypted."},
    {"alexander_storage_disk_bytes", gauge, both, "",
     "Bytes of all packs on disk, garbage included."},
    {"alexander_storage_catalog_bytes", gauge, both, "",
     "Bytes of the catalog on disk, its log included."},
    {"alexander_storage_free_bytes", gauge, both, "",
     "Bytes that the store's disk can still take."},
    {"alexander_storage_chunks", gauge, both, "",
     "Different chunks."},
    {"alexander_storage_packs", gauge, both, "",
     "Pack files."},
    {"alexander_storage_dedup_factor", gauge, both, "",
     "Logical bytes over unique bytes; 1 for an empty store."},
    {"alexander_storage_compression_factor", gauge, both, "",
     "Unique bytes over bytes of records; 1 for an empty store."},
    {"alexander_storage_damaged_chunks", gauge, both, "",
     "Chunks known to be damaged: 0 in health."},
    {"alexander_storage_corrupt_reads_total", counter, both, "",
     "Reads that failed because stored bytes were damaged or missing: 0 in health."},
    {"alexander_storage_ingested_chunks_total", counter, both, "result",
     "Chunks that clients wrote: new, or known already."},
    {"alexander_storage_ingested_bytes_total", counter, both, "result",
     "Their bytes."},
    {"alexander_storage_processes", gauge, both, "",
     "Processes that have the store open."},

    {"alexander_cache_hits_total", counter, both, "cache",
     "Look-ups that a cache answered."},
    {"alexander_cache_misses_total", counter, both, "cache",
     "Look-ups that it did not."},
    {"alexander_cache_bytes", gauge, both, "cache",
     "What a cache holds."},

    {"alexander_db_commits_total", counter, both, "",
     "Transactions that this process committed to the catalog."},
    {"alexander_db_changes_total", counter, both, "",
     "Changes in them."},
    {"alexander_db_failed_changes_total", counter, both, "",
     "Changes that ended in an error, refused preconditions included."},
    {"alexander_db_batch_changes", histogram, both, "",
     "Changes in one transaction."},
    {"alexander_db_commit_duration_seconds", histogram, both, "",
     "One transaction, with the wait for the catalog's lock."},
    {"alexander_db_sync_duration_seconds", histogram, both, "",
     "Making committed changes durable, with the wait for the sync's lock."},
    {"alexander_db_queued_changes", gauge, both, "",
     "Changes that wait for their commit."},
    {"alexander_db_wal_bytes", gauge, both, "",
     "Size of the catalog's write-ahead log."},
    {"alexander_db_checkpoints_total", counter, both, "",
     "Copies of the log into the catalog by this process."},

    {"alexander_changelog_lag_commits", gauge, both, "",
     "Commits that the mount furthest behind has not told its kernel of."},
    {"alexander_changelog_mounts", gauge, both, "",
     "Mounts of the store."},

    {"alexander_gc_runs_total", counter, both, "result",
     "Garbage collections of this process by result."},
    {"alexander_gc_deleted_chunks_total", counter, both, "",
     "Chunks that they deleted."},
    {"alexander_gc_moved_bytes_total", counter, both, "",
     "Bytes that they copied out of packs that were mostly garbage."},
    {"alexander_gc_freed_bytes_total", counter, both, "",
     "Bytes of packs that they removed."},
    {"alexander_gc_last_success_timestamp_seconds", gauge, both, "",
     "When the last one of this process ended well, in seconds since 1970; 0: none yet."},

    {"alexander_scrub_packs_total", counter, both, "",
     "Packs that this process has scrubbed."},
    {"alexander_scrub_bytes_total", counter, both, "",
     "Bytes that it has read and checked for that."},
    {"alexander_scrub_damaged_total", counter, both, "",
     "Damaged chunks that it found: 0 in health."},
    {"alexander_scrub_healed_total", counter, both, "",
     "Chunks known as damaged that it found whole again."},
    {"alexander_scrub_last_success_timestamp_seconds", gauge, both, "",
     "When its last scrub ended, in seconds since 1970; 0: none yet."},
    {"alexander_snapshot_runs_total", counter, both, "result",
     "Snapshots of the catalog that this process made or failed to make."},
    {"alexander_snapshot_newest_timestamp_seconds", gauge, both, "",
     "When the newest one of the store was made, in seconds since 1970; 0: there is none."},

    {"alexander_fuse_operations_total", counter, fuse, "operation",
     "Requests of the kernel by kind."},
    {"alexander_fuse_operation_duration_seconds", histogram, fuse, "operation",
     "From a request of the kernel to its reply."},
    {"alexander_fuse_errors_total", counter, fuse, "error",
     "Requests of the kernel that were answered with an error, by its name in errno(3)."},
    {"alexander_fuse_lagging", gauge, fuse, "",
     "1 while the kernel keeps nothing because changes reach the mount late, else 0."},

    {"process_cpu_seconds_total", counter, both, "",
     "Processor time, user and system."},
    {"process_resident_memory_bytes", gauge, both, "",
     "Memory in use."},
    {"process_open_fds", gauge, both, "",
     "Open file descriptors."},
    {"process_max_fds", gauge, both, "",
     "How many there may be."},
    {"process_threads", gauge, both, "",
     "Threads."},
    {"process_start_time_seconds", gauge, both, "",
     "When the process began, in seconds since 1970."},
});
// clang-format on

}  // namespace

std::span<const MetricRow> metrics_table() {
    return table;
}

const MetricRow* find_metric(std::string_view name) {
    const auto* const row =
        std::ranges::find_if(table, [name](const MetricRow& one) { return one.name == name; });
    return row == table.end() ? nullptr : row;
}

std::string_view to_string(MetricKind kind) noexcept {
    switch (kind) {
        case MetricKind::counter:
            return "counter";
        case MetricKind::gauge:
            return "gauge";
        case MetricKind::histogram:
            return "histogram";
    }
    return "";
}

}  // namespace alexander
