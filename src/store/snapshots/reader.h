// Reads snapshots of the catalog without the catalog: keys and packs are enough.
// Format: docs/formats/snapshot.md.
#pragma once

#include "base/random_source.h"
#include "blob/sealer.h"
#include "crypto/keyring.h"
#include "store/snapshots/head.h"
#include "store/snapshots/pack_source.h"

#include <functional>
#include <string>
#include <vector>

namespace alexander {

/// One thread.
class SnapshotReader {
public:
    SnapshotReader(PackSource& packs,
                   const StoreUuid& store,
                   const Keyring& keyring,
                   RandomSource& random);

    /// The head that a record holds. Throws corrupt, newer_format, or wrong_key if the keyring does
    /// not reach to it.
    [[nodiscard]] SnapshotHead open_head(ByteView record) const;

    struct FoundHead {
        SnapshotHead head;
        Bytes record;
    };

    /// Reads the headers of all records in all packs: for when no file names a snapshot. Newest
    /// first. `note` is told what could not be opened.
    [[nodiscard]] std::vector<FoundHead> scan_for_heads(
        const std::function<void(const std::string&)>& note) const;

    /// Writes the database to an empty file; it is what was copied, or this throws corrupt, saying
    /// how much is missing. Not synced.
    void restore(const SnapshotHead& head, File& into) const;

private:
    [[nodiscard]] Bytes read(const RecordPlaces& places, const ChunkId& id) const;
    [[nodiscard]] std::vector<ChunkId> read_piece_ids(const SnapshotHead& head) const;
    void check_all_found(const std::vector<ChunkId>& ids, const RecordPlaces& places) const;
    void find_heads_in(const PackUuid& pack,
                       std::vector<FoundHead>& heads,
                       const std::function<void(const std::string&)>& note) const;

    PackSource& packs_;
    const StoreUuid store_;
    const Sealer sealer_;
};

}  // namespace alexander
