// Makes the rows of a restored catalog agree with the packs that are there.
// Design: docs/design/recovery.md.
#pragma once

#include "base/random_source.h"
#include "blob/pack_format.h"
#include "catalog/garbage.h"
#include "store/gc/id_set.h"
#include "store/rebuild/pack_adopter.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace alexander {

struct RowRepairReport {
    std::int64_t new_packs = 0;   // that the snapshot does not know
    std::int64_t lost_packs = 0;  // that it knows and that are not there
    std::int64_t added_chunks =
        0;  // records that no name leads to: what was lost, unless it comes again
    std::int64_t moved_chunks = 0;      // found elsewhere than the snapshot says
    std::int64_t damaged_chunks = 0;    // names lead to them and their records are gone
    std::int64_t forgotten_chunks = 0;  // gone, and no name leads to them
    std::int64_t newest_pack_seconds = 0;
};

/// For one restored catalog that nobody else has open. One thread; the caller holds the catalog
/// lock.
class RowRepair {
public:
    RowRepair(FileSystem& files, const StoreUuid& store, catalog::Catalog& rows)
        : files_(files), store_(store), rows_(rows) {}

    /// `note` is told what is done next.
    RowRepairReport run(const std::function<void(std::string_view)>& note);

private:
    void take_stock();
    void adopt(const PackUuid& uuid, const catalog::Pack* known);
    void record_pack(const PackUuid& uuid,
                     const catalog::Pack* known,
                     const AdoptedPack& adopted,
                     catalog::PackNumber& number);
    void restore_chunks(const PackUuid& uuid,
                        catalog::PackNumber number,
                        const std::vector<FooterEntry>& entries);
    void look_everywhere();
    void drop_snapshots();
    void settle_lost();
    void drop_empty_packs();
    [[nodiscard]] std::vector<catalog::PackedChunk> list_lost();

    FileSystem& files_;
    const StoreUuid store_;
    catalog::Catalog& rows_;
    RowRepairReport report_;
    std::map<PackUuid, catalog::Pack> known_;
    std::vector<PackUuid> there_;
    std::set<catalog::PackNumber> lost_;
};

}  // namespace alexander
