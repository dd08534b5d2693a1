// Appends sealed records to the process's own pack and makes them durable.
// Format: docs/formats/pack.md.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"
#include "base/random_source.h"
#include "blob/pack_format.h"
#include "blob/sealer.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace alexander {

struct Placement {
    PackUuid pack;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;  // of the whole record

    friend bool operator==(const Placement&, const Placement&) = default;
};

struct PackWriterSettings {
    std::uint64_t seal_size_bytes = std::uint64_t{256} << 20;
    std::uint32_t seal_record_count = 262'144;  // keeps a pack of tiny records' footer small
    std::uint32_t store_id = 0;                 // the data directory that `files` is
};

struct NewPack {
    PackUuid pack;
    std::uint32_t store_id = 0;
};

/// A length that the catalog may now record for a pack.
struct PackLength {
    PackUuid pack;
    std::uint64_t length = 0;
    std::uint32_t oldest_epoch = 0;  // of the records up to there
};

/// What the catalog must record, in this order: new packs, then lengths, then states, and only then
/// rows that refer to the placements. All of it is true on disk already.
struct AppendResult {
    std::vector<Placement> placements;  // one for each record, in order
    std::vector<NewPack> new_packs;
    std::vector<PackLength> durable_lengths;  // of each pack that grew, the last one counts
    std::vector<PackLength> sealed_packs;     // final sizes, footer included
    std::vector<PackLength> poisoned_packs;   // durable lengths; nothing refers past them
};

/// Owns the process's active pack (I5): nobody else appends to it or syncs it.
///
/// append and seal belong to one thread; release may be called by any.
class PackWriter {
public:
    /// Creates nothing yet.
    PackWriter(FileSystem& files,
               RandomSource& random,
               Clock& clock,
               const StoreUuid& store,
               const PackWriterSettings& settings);
    ~PackWriter();

    /// Appends the records one after another to one pack, in one write, and syncs it.
    ///
    /// On return they are durable, and so is the directory entry of a pack created for them. A pack
    /// that has grown to seal_size_bytes is sealed in the same call, and before it one whose
    /// records are all of an older key epoch than these. If a write or sync fails, the pack is
    /// poisoned (never written or synced again) and the records go to a fresh pack, once. Throws
    /// no_space or device_error when that fails too: then none of the records may be referred to,
    /// the next append starts a fresh pack, and what became of packs that the catalog knows is
    /// reported by the next result.
    [[nodiscard]] AppendResult append(std::span<const SealedRecord* const> records);

    /// Seals the active pack, if it has any record, so that an orderly stop leaves nothing to
    /// recover. A failure poisons it.
    [[nodiscard]] AppendResult seal();

    /// Gives up the kernel lock of a sealed or poisoned pack. Until then nobody else may cut,
    /// compact or unlink it, so call it only when every commit that refers to its records, and the
    /// one that records its state, is synced. Unknown packs and the active one are left alone.
    void release(const PackUuid& pack);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
