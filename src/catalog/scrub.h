// What a scrub reads and writes: which packs are due, where records lie, which chunks are damaged.
// Rules: docs/design/scrub.md.
#pragma once

#include "catalog/contents.h"

#include <functional>
#include <vector>

namespace alexander::catalog {

struct ScrubbedPack {
    PackNumber id = 0;
    std::array<std::byte, 16> uuid{};
};

/// Packs that are not about to be removed and were made or scrubbed last before a moment: those
/// that waited longest first.
[[nodiscard]] std::vector<ScrubbedPack> list_packs_to_scrub(Snapshot& snapshot,
                                                            std::int64_t before_seconds);

/// A record as the catalog describes it.
struct PlacedRecord {
    ChunkNumber chunk = 0;
    PackNumber pack = 0;  // 0: inline
    std::uint64_t offset_bytes = 0;
    std::uint32_t length_bytes = 0;
    std::uint32_t plain_bytes = 0;
    RowState state = RowState::live;
};

/// Every record in a pack that `wanted` tells, in no order.
[[nodiscard]] std::vector<PlacedRecord> list_records(Snapshot& snapshot,
                                                     const std::function<bool(PackNumber)>& wanted);

/// The chunk that an identity stands for, whatever its state.
[[nodiscard]] std::optional<ChunkNumber> find_chunk(Snapshot& snapshot,
                                                    const ChunkIdentity& identity);

/// The chunk is damaged from now on: never found by deduplication, so that the next write of its
/// bytes heals it. False if it was moved, stored anew, condemned or deleted meanwhile, or known as
/// damaged.
bool set_damaged(Transaction& transaction, const PlacedRecord& record);

/// A damaged chunk was found whole, where it was: it is live again. False as above.
bool set_sound(Transaction& transaction, const PlacedRecord& record);

void set_scrubbed(Transaction& transaction, PackNumber pack, std::int64_t seconds);

/// How many chunks are marked as damaged.
[[nodiscard]] std::int64_t count_damaged_chunks(Snapshot& snapshot);

/// All chunks that are marked as damaged.
[[nodiscard]] std::vector<ChunkNumber> list_damaged_chunks(Snapshot& snapshot);

struct ContentName {
    BucketId bucket = 0;
    Ino parent = 0;        // of a slot, else 0
    std::string name;      // of a slot in its directory; of a version: the whole key
    VersionSeq seq = 0;    // of a version
    bool is_null = false;  // of a version: its id is `null`
    ContentId content = 0;
};

/// Every slot and version row that has a content.
void visit_content_names(Snapshot& snapshot,
                         const std::function<void(const ContentName&)>& visitor);

}  // namespace alexander::catalog
