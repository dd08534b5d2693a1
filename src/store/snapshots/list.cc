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

}  // namespace alexander
