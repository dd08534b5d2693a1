#include "store/snapshots/list.h"

#include "catalog/snapshots.h"
#include "store/snapshots/files.h"

namespace alexander {

std::vector<KeptSnapshot> list_kept_snapshots(const Engine& engine) {
    const std::set<catalog::CommitSeq> files = list_snapshot_files(engine.files);
    std::vector<KeptSnapshot> kept;
    for (const catalog::CatalogSnapshot& row : catalog::list_snapshots(*engine.catalog.read()))
        kept.push_back({row.seq,
                        row.created_seconds,
                        row.database_bytes,
                        row.new_bytes,
                        files.contains(row.seq)});
    return kept;
}

SnapshotFacts get_snapshot_facts(const Engine& engine) {
    SnapshotFacts facts;
    facts.used_since_seconds = catalog::find_first_use_seconds(*engine.catalog.read());
    const std::vector<KeptSnapshot> kept = list_kept_snapshots(engine);
    if (!kept.empty()) {
        facts.newest_seconds = kept.front().created_seconds;
        facts.newest_has_file = kept.front().has_file;
    }
    return facts;
}

}  // namespace alexander
