// Makes the catalog of a store again that has lost it. Design: docs/design/recovery.md.
#pragma once

#include "store/rebuild/row_repair.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <vector>

namespace alexander {

struct RebuildOptions {
    /// The snapshot of this commit instead of the newest that is whole.
    std::optional<catalog::CommitSeq> snapshot;

    /// Put a catalog that is there in quarantine/ instead of refusing.
    bool may_replace = false;

    /// Told what is done next.
    std::function<void(std::string_view)> note = [](std::string_view) {};
};

struct RebuildReport {
    catalog::CommitSeq snapshot_seq = 0;
    std::int64_t snapshot_seconds = 0;  // everything that was stored later has lost its name
    std::uint64_t database_bytes = 0;
    RowRepairReport rows;
    std::string quarantine;             // where the old catalog is now; empty if there was none
    std::vector<std::string> warnings;  // newer snapshots that could not be used, and why
};

/// Restores the newest snapshot of the catalog that is whole, makes rows for newer packs, and puts
/// it in place as the last step: until then the store has no catalog or the one that it had.
/// Durable on return; a rebuild that was cut off is simply begun again.
///
/// Throws busy if a process has the store open; already_exists if there is a catalog and it may not
/// be replaced; no_such_file if no snapshot is left, corrupt if none is whole; what
/// Keyring::load throws.
[[nodiscard]] RebuildReport rebuild_catalog(const Host& host,
                                            const StoreOptions& options,
                                            const MasterKey& master,
                                            const RebuildOptions& wanted);

}  // namespace alexander
