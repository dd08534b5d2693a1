// What a backup holds, read without a store.
#pragma once

#include "blob/pack_recovery.h"
#include "store/backup/target.h"
#include "store/snapshots/pack_source.h"
#include "store/snapshots/reader.h"
#include "store/store_file.h"

#include <optional>
#include <string>
#include <vector>

namespace alexander {

/// What is wrong with the first record of a pack that is not whole, as "is damaged at ..."; empty
/// if all `size_bytes` are records that pass their checksums. `visitor` sees those before.
[[nodiscard]] std::string find_damage(
    File& file,
    std::uint64_t size_bytes,
    const std::function<void(const ScannedRecord&)>& visitor = [](const ScannedRecord&) {});

/// The packs of a backup.
class TargetPacks final : public PackSource {
public:
    explicit TargetPacks(BackupTarget& target) : target_(target) {}

    [[nodiscard]] std::vector<PackUuid> list() override;
    [[nodiscard]] std::unique_ptr<File> open(const PackUuid& pack) override;

private:
    BackupTarget& target_;
};

/// Throws no_such_file if the target has no such file.
[[nodiscard]] Bytes read_all(BackupTarget& target, const std::string& name);

/// The store that the backup is of. Throws not_a_store if it is no backup.
[[nodiscard]] StoreFile read_store_file(BackupTarget& target);

/// The newest keyring in the backup that `master` opens. Throws wrong_key if it opens none.
[[nodiscard]] Keyring load_keyring(BackupTarget& target,
                                   const StoreUuid& store,
                                   const MasterKey& master);

/// The newest head that opens. Throws no_such_file if the backup was never finished.
[[nodiscard]] SnapshotHead get_newest_head(BackupTarget& target, const SnapshotReader& reader);

}  // namespace alexander
