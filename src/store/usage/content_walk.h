// What contents are made of: chunks, each counted once, and where they lie.
#pragma once

#include "store/engine.h"
#include "store/gc/id_set.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace alexander {

struct ContentSums {
    std::int64_t extents = 0;
    std::int64_t hole_bytes = 0;
    std::int64_t chunks = 0;        // different ones
    std::int64_t unique_bytes = 0;  // plaintext of those
    std::int64_t disk_bytes = 0;    // their sealed records
    std::int64_t packs = 0;         // that they lie in
    std::int64_t inline_chunks = 0;
    std::int64_t damaged_chunks = 0;
};

/// Adds up contents. Chunks and pages that several of them share are looked at once. One thread.
///
/// Memory: a bit for each chunk, page and pack of the store, 4 KiB at a time.
class ContentWalk {
public:
    /// A content that is deleted meanwhile adds nothing. Keeps no snapshot between calls that would
    /// hold back the catalog's log: one for at most some hundred contents.
    explicit ContentWalk(const Engine& engine) : engine_(engine) {}

    void add(catalog::ContentId id);

    [[nodiscard]] ContentSums sums() const;

private:
    void add_page(catalog::PageId id);
    void add_chunk(catalog::ChunkNumber chunk);

    const Engine& engine_;
    std::unique_ptr<catalog::Snapshot> snapshot_;
    int contents_of_snapshot_ = 0;
    gc::IdSet pages_;
    gc::IdSet chunks_;
    gc::IdSet packs_;
    ContentSums sums_;
};

/// One extent of a content with the place of its chunk.
struct ExtentPlace {
    std::uint64_t offset_bytes = 0;  // within the content
    std::uint64_t length_bytes = 0;
    catalog::ChunkNumber chunk = 0;  // 0: a hole
    std::uint32_t chunk_offset_bytes = 0;
    std::string pack;  // uuid of its file; empty: inline in the catalog
    std::uint64_t pack_offset_bytes = 0;
    std::uint32_t record_bytes = 0;
    bool is_damaged = false;
};

/// In order of the offset. Throws corrupt for a page or chunk that is missing.
void visit_extents(const Engine& engine,
                   const catalog::Content& content,
                   const std::function<void(const ExtentPlace&)>& visitor);

/// How a chunk's record is sealed.
struct Sealing {
    std::string cipher;  // "AES-256-GCM"
    bool is_compressed = false;
    std::uint32_t key_epoch = 0;
    std::uint32_t domain = 0;
};

/// Of the content's first chunk; nothing if it is empty or begins with a hole. Throws corrupt.
[[nodiscard]] std::optional<Sealing> sealing_of(const Engine& engine,
                                                const catalog::Content& content);

}  // namespace alexander
