// What a garbage collection reads and writes: uses, roots, rows that are to go, packs.
// The protocol: docs/design/garbage.md.
#pragma once

#include "catalog/contents.h"

#include <functional>
#include <span>
#include <vector>

namespace alexander::catalog {

/// Rows that are collected. Values are in the catalog.
enum class Collected : std::uint8_t { content = 0, page = 1, chunk = 2 };

/// Every commit that refers to a row which it did not write itself says so here, in its
/// transaction, and the row is live afterwards unless it is damaged. Returns the state that it was
/// in: what was condemned leads to rows that must be used as well. Nothing if there is no such row.
[[nodiscard]] std::optional<RowState> use_row(Transaction& transaction,
                                              Collected kind,
                                              std::int64_t id);

/// For a row that is known to be live.
void note_use(Transaction& transaction, Collected kind, std::int64_t id);

using RunId = std::array<std::byte, 16>;

/// Begins to note uses; one that another run left behind is forgotten.
void begin_collection(Transaction& transaction, const RunId& run);

/// True if it is this run that uses are noted for.
[[nodiscard]] bool is_collecting(Snapshot& snapshot, const RunId& run);
void end_collection(Transaction& transaction);

struct Use {
    Collected kind;
    std::int64_t id;
};

/// What was noted so far and not forgotten.
[[nodiscard]] std::vector<Use> list_uses(Snapshot& snapshot);
void forget_uses(Transaction& transaction);

/// The tables from which contents and pages are reached.
enum class RootClass : std::uint8_t { slot, inode, version, part, hold, pending_page, snapshot };
inline constexpr std::array all_root_classes{RootClass::slot,
                                             RootClass::inode,
                                             RootClass::version,
                                             RootClass::part,
                                             RootClass::hold,
                                             RootClass::pending_page,
                                             RootClass::snapshot};

/// Contents (of pending_page: pages) that rows of the class refer to, some more than once.
void visit_roots(Snapshot& snapshot,
                 RootClass roots,
                 const std::function<void(std::int64_t)>& visitor);

struct CollectedRow {
    std::int64_t id = 0;
    RowState state = RowState::live;
    std::int32_t level = 0;         // page: its level; content: its depth
    std::int64_t root = 0;          // content
    PackNumber pack = 0;            // chunk
    std::int64_t length_bytes = 0;  // chunk: of its record
};

/// Every row, by rising id.
void visit_rows(Snapshot& snapshot,
                Collected kind,
                const std::function<void(const CollectedRow&)>& visitor);

/// Condemns rows that are live and were born at or before `born_by`. Returns how many.
std::int64_t condemn_rows(Transaction& transaction,
                          Collected kind,
                          std::span<const std::int64_t> ids,
                          CommitSeq born_by);

/// Once in each commit that condemns.
void raise_gc_generation(Transaction& transaction);

/// Deletes contents or pages that are condemned, and were so at or before `condemned_by`.
std::int64_t delete_rows(Transaction& transaction,
                         Collected kind,
                         std::span<const std::int64_t> ids,
                         CommitSeq condemned_by);

struct DoomedChunk {
    ChunkNumber chunk;
    ChunkIdentity identity;
};

/// The identities of these chunks, which `wanted` tells: one pass over all identities.
[[nodiscard]] std::vector<DoomedChunk> find_identities(
    Snapshot& snapshot, const std::function<bool(ChunkNumber)>& wanted);

/// Likewise for chunks, with their identities and inline records.
std::int64_t delete_chunks(Transaction& transaction,
                           std::span<const DoomedChunk> chunks,
                           CommitSeq condemned_by);

/// A record that a chunk row points at.
struct PackedChunk {
    ChunkNumber chunk = 0;
    PackNumber pack = 0;
    std::uint64_t offset_bytes = 0;
    std::uint32_t length_bytes = 0;
};

/// Every chunk that lies in a pack which `wanted` tells.
[[nodiscard]] std::vector<PackedChunk> list_packed_chunks(
    Snapshot& snapshot, const std::function<bool(PackNumber)>& wanted);

struct PackUse {
    Pack pack;
    std::int64_t record_bytes = 0;  // of all chunk rows that point at it
    std::int64_t chunks = 0;
};

/// All packs that are not active.
[[nodiscard]] std::vector<PackUse> list_pack_uses(Snapshot& snapshot);

/// Points a chunk that lies at `from` at its copy; false if it does not lie there any more.
bool move_chunk(Transaction& transaction,
                const PackedChunk& from,
                PackNumber pack,
                std::uint64_t offset_bytes);

/// Every pack, in any state.
[[nodiscard]] std::vector<Pack> list_packs(Snapshot& snapshot);

void set_pack_state(Transaction& transaction, PackNumber pack, PackState state);
void delete_pack(Transaction& transaction, PackNumber pack);

/// Completed uploads that were begun before a moment, at most `limit`.
[[nodiscard]] std::vector<UploadKey> list_completed_uploads(Snapshot& snapshot,
                                                            std::int64_t before_seconds,
                                                            std::size_t limit);

}  // namespace alexander::catalog
