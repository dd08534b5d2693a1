// What the parts of an open store count. Meaning of each: src/base/metrics/table.cc.
#pragma once

#include "base/metrics/meters.h"

namespace alexander {

struct CommitMeters {
    Counter commits;
    Counter changes;
    Counter failed_changes;
    Histogram batch_changes{size_shape()};
    Histogram commit_time{latency_shape()};
    Histogram sync_time{latency_shape()};
};

struct ChunkMeters {
    Counter chunk_hits;
    Counter chunk_misses;
    Counter page_hits;
    Counter page_misses;
    Counter new_chunks;
    Counter new_bytes;
    Counter known_chunks;
    Counter known_bytes;
    Counter corrupt_reads;
};

/// Collections, scrubs and snapshots of the catalog of this process.
struct ChoreMeters {
    Counter gc_done;
    Counter gc_failed;
    Counter gc_deleted_chunks;
    Counter gc_moved_bytes;
    Counter gc_freed_bytes;
    Level gc_ended_at;  // seconds since 1970
    Counter scrub_packs;
    Counter scrub_bytes;
    Counter scrub_damaged;
    Counter scrub_healed;
    Level scrub_ended_at;
    Counter snapshots_done;
    Counter snapshots_failed;
};

}  // namespace alexander
