// Copies a store that is in use to another place, checks the copy, and makes a store of it again.
// Design: docs/design/recovery.md.
#pragma once

#include "store/backup/target.h"
#include "store/engine.h"
#include "store/rebuild/rebuild.h"
#include "store/snapshots/maker.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

struct BackupProgress {
    std::string_view phase;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
};

struct BackupReport {
    catalog::CommitSeq snapshot_seq = 0;
    std::int64_t snapshot_seconds = 0;  // the moment that the backup is of
    std::int64_t packs = 0;
    std::int64_t copied_packs = 0;
    std::uint64_t copied_bytes = 0;
    std::uint64_t total_bytes = 0;      // of all packs in the backup
    std::int64_t removed_packs = 0;     // that the store has no more
    std::vector<std::string> problems;  // packs that are damaged or missing, and how
};

using ShowBackup = std::function<void(const BackupProgress&)>;

/// Makes a snapshot of the catalog and copies it with every pack that it may lead to; what the
/// target has already is not sent again. The target is a backup of the moment of the snapshot when
/// this returns; until then it is the one that it was before, or none. Begun again it goes on.
///
/// Every copied pack is read back, unless the target verifies what it stores, and its records'
/// checksums are verified. What is damaged in the
/// store itself is copied as it is and told. Nothing that the backup needs is deleted meanwhile:
/// garbage collection waits.
/// Throws not_a_store if the target is a backup of another store, and what create_snapshot and the
/// target throw.
[[nodiscard]] BackupReport create_backup(const Engine& engine,
                                         BackupTarget& target,
                                         const SnapshotRetention& retention,
                                         const ShowBackup& show);

struct VerifyReport {
    std::int64_t snapshot_seconds = 0;
    std::int64_t packs = 0;
    std::int64_t records = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> problems;
};

/// Reads everything: each record's checksum, the catalog, and that all records it names are there.
/// `scratch` holds the catalog for a while. Throws wrong_key; corrupt or no_such_file if there is
/// no whole catalog in the backup.
[[nodiscard]] VerifyReport verify_backup(BackupTarget& target,
                                         const Host& scratch,
                                         const StoreOptions& options,
                                         const MasterKey& master,
                                         const ShowBackup& show);

struct RestoreReport {
    std::int64_t packs = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> problems;  // packs whose records do not pass
    RebuildReport catalog;
};

/// Makes a store of a backup in an empty folder, or in one in which a restore was cut off. It does
/// not open before it is complete. Durable on return.
/// Throws not_a_store if the folder holds anything else, already_exists if it is a store.
[[nodiscard]] RestoreReport restore_backup(BackupTarget& target,
                                           const Host& host,
                                           const StoreOptions& options,
                                           const MasterKey& master,
                                           const ShowBackup& show);

}  // namespace alexander
