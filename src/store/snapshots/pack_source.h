// Packs without a catalog: which there are, and where records lie in them.
#pragma once

#include "base/file_system.h"
#include "blob/pack_format.h"
#include "blob/pack_writer.h"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace alexander {

/// Where packs are kept: a store, or a backup of one.
class PackSource {
public:
    virtual ~PackSource() = default;

    /// By uuid.
    [[nodiscard]] virtual std::vector<PackUuid> list() = 0;

    /// For reading; nullptr if it is not there.
    [[nodiscard]] virtual std::unique_ptr<File> open(const PackUuid& pack) = 0;
};

/// The packs in data/ of a store folder.
class StorePacks final : public PackSource {
public:
    explicit StorePacks(FileSystem& files) : files_(files) {}

    [[nodiscard]] std::vector<PackUuid> list() override;
    [[nodiscard]] std::unique_ptr<File> open(const PackUuid& pack) override;

private:
    FileSystem& files_;
};

/// Every record of a pack as its footer lists them, or, without an intact one, as far as the
/// headers are intact. Nothing of a file that does not begin as this pack of this store.
void visit_entries(File& file,
                   const StoreUuid& store,
                   const PackUuid& pack,
                   const std::function<void(const FooterEntry&)>& visitor);

/// The header of a record that lies there; nothing if it is not intact.
[[nodiscard]] std::optional<RecordHeader> read_header(File& file, const FooterEntry& entry);

/// The whole record, unchecked. Throws corrupt if the file ends before it does.
[[nodiscard]] Bytes read_record(File& file, const FooterEntry& entry);

/// The places of records, which may be several for one id.
using RecordPlaces = std::unordered_multimap<ChunkId, Placement>;

/// Finds what `wanted` tells in all packs. What cannot be read is passed over.
[[nodiscard]] RecordPlaces find_records(PackSource& packs,
                                        const StoreUuid& store,
                                        const std::function<bool(const ChunkId&)>& wanted);

}  // namespace alexander
