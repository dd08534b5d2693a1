// Contents, manifest pages, chunks, packs: what the bytes are and where they lie.
#pragma once

#include "catalog/catalog.h"

#include <span>
#include <vector>

namespace alexander::catalog {

using ChunkIdentity = std::array<std::byte, 32>;

void insert_content(Transaction& transaction, const Content& content);
[[nodiscard]] std::optional<Content> find_content(Snapshot& snapshot, ContentId id);

void insert_page(Transaction& transaction, PageId id, std::int32_t level, ByteView body);

struct Page {
    std::int32_t level = 0;
    Bytes body;
};

[[nodiscard]] std::optional<Page> find_page(Snapshot& snapshot, PageId id);
[[nodiscard]] bool is_live_page(Snapshot& snapshot, PageId id);
void insert_pending_page(Transaction& transaction,
                         std::int64_t stream,
                         std::int64_t ordinal,
                         PageId page);
void delete_pending_pages(Transaction& transaction, std::int64_t stream);

/// A chunk to be stored: in a pack, or inline when `record` is not empty.
struct NewChunk {
    ChunkIdentity identity;
    PackNumber pack = 0;
    std::uint64_t offset_bytes = 0;
    std::uint32_t length_bytes = 0;
    std::uint32_t plain_bytes = 0;
    ByteView record;
};

/// Stores each chunk unless its identity is there already; the row that is there wins. A condemned
/// or damaged row is pointed at the new bytes and is live again. Returns the numbers, in order.
[[nodiscard]] std::vector<ChunkNumber> insert_chunks(Transaction& transaction,
                                                     std::span<const NewChunk> chunks);

/// The chunk of an identity, live or condemned; a condemned one is made live again.
[[nodiscard]] std::optional<ChunkNumber> use_chunk(Transaction& transaction,
                                                   const ChunkIdentity& identity);

/// For deduplication outside a commit: live rows only.
[[nodiscard]] std::optional<ChunkNumber> find_live_chunk(Snapshot& snapshot,
                                                         const ChunkIdentity& identity);
[[nodiscard]] std::optional<ChunkLocation> find_location(Snapshot& snapshot, ChunkNumber chunk);
[[nodiscard]] std::optional<Bytes> find_inline_record(Snapshot& snapshot, ChunkNumber chunk);

struct InlineRecord {
    ChunkNumber chunk;
    Bytes record;
};

/// Records still inline, oldest first.
[[nodiscard]] std::vector<InlineRecord> list_inline_records(Snapshot& snapshot, std::size_t limit);

/// Points an inline chunk at its copy in a pack and drops the inline record.
void move_inline_record(Transaction& transaction,
                        ChunkNumber chunk,
                        PackNumber pack,
                        std::uint64_t offset_bytes);

void insert_pack(Transaction& transaction, const Pack& pack);
void update_pack(Transaction& transaction, const Pack& pack);
[[nodiscard]] std::optional<Pack> find_pack(Snapshot& snapshot,
                                            const std::array<std::byte, 16>& uuid);
[[nodiscard]] std::vector<Pack> list_active_packs(Snapshot& snapshot);

struct StoreTotals {
    std::int64_t logical_bytes = 0;  // sum of usage
    std::int64_t objects = 0;
    std::int64_t versions = 0;
    std::int64_t unique_bytes = 0;  // plaintext of all chunks
    std::int64_t record_bytes = 0;  // sealed
    std::int64_t chunks = 0;
    std::int64_t packs = 0;
    std::int64_t inline_bytes = 0;
};

[[nodiscard]] StoreTotals get_totals(Snapshot& snapshot);

/// What all packs take on disk.
[[nodiscard]] std::int64_t get_pack_bytes(Snapshot& snapshot);

}  // namespace alexander::catalog
