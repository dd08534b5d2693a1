// Finding one's way in a content: by offset, in order, and by sharing ranges of it.
#pragma once

#include "store/chunk_store.h"
#include "store/content.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace alexander {

struct PlacedExtent {
    std::uint64_t begin_bytes = 0;  // within the content
    Extent extent;

    [[nodiscard]] std::uint64_t end_bytes() const { return begin_bytes + extent.length_bytes; }
};

struct ByteRun {
    std::uint64_t begin;
    std::uint64_t end;
};

/// A range of a content for another one, which then has the same chunks.
struct SharedRange {
    ContentDraft content;
    SharedSession session;  // keeps what the range names until it is committed
};

/// Gives the plaintext of an extent's chunk.
using ChunkSource = std::function<std::shared_ptr<const Bytes>(const Extent&)>;

/// Extents by offset. Only the pages that are asked for are read; they come from the chunk store's
/// cache of pages.
///
/// One thread at a time.
class ContentTree {
public:
    ContentTree(ChunkStore& chunks, const catalog::Content& content);
    ContentTree(ChunkStore& chunks, std::span<const DraftNode> nodes);

    [[nodiscard]] std::uint64_t size_bytes() const {
        return items_.empty() ? 0 : items_.back().end_bytes;
    }

    /// The extent that holds `offset`; nothing at the end or after it. Throws corrupt for a page
    /// that is missing or damaged.
    [[nodiscard]] std::optional<PlacedExtent> find(std::uint64_t offset);

    /// The last extent that begins before `offset`, if there is one.
    [[nodiscard]] std::optional<PlacedExtent> find_before(std::uint64_t offset);

    /// From the one that holds `offset` on, until the visitor says false.
    void for_each_extent(std::uint64_t offset,
                         const std::function<bool(const PlacedExtent&)>& visitor);

    /// Appends [begin, end) to `draft`. Whole pages and chunks are shared; of chunks used in part
    /// `source` is asked for the bytes, to compute the new extents' check values.
    void append_range(ContentDraft& draft,
                      std::uint64_t begin,
                      std::uint64_t end,
                      const ChunkSource& source);

private:
    // A page, or an extent if page is 0.
    struct Item {
        std::uint64_t end_bytes = 0;
        catalog::PageId page = 0;
        std::int32_t level = 0;
        std::uint64_t crc64nvme = 0;
        Extent extent;
    };

    struct Range {
        std::uint64_t begin;
        std::uint64_t end;
    };

    void add(const DraftNode& node);
    void append_page(ContentDraft& draft,
                     const DraftNode& node,
                     std::uint64_t page_begin,
                     const Range& range,
                     const ChunkSource& source);

    ChunkStore& chunks_;
    std::vector<Item> items_;
    std::shared_ptr<const ManifestPage> leaf_;  // the last one that find() went to
    std::uint64_t leaf_begin_ = 0;
};

/// The run of the tree's content, which `session` has kept since before it was found. At most the
/// first and the last chunk are read.
[[nodiscard]] SharedRange share_range(ContentTree& tree,
                                      ByteRun run,
                                      const ChunkSource& source,
                                      SharedSession session);

/// Holes among the first 65,536 extents.
[[nodiscard]] std::vector<ByteRun> holes_of(ContentTree& tree);

/// The contents one after another: pages and chunks are shared, nothing is read.
[[nodiscard]] ContentDraft concatenate(std::span<const catalog::Content> contents);

/// A range of a content, sharing its pages and chunks; at most the first and last chunk are read.
/// Throws invalid_range if it does not lie within the content.
[[nodiscard]] ContentDraft slice(ChunkStore& chunks,
                                 const catalog::Content& content,
                                 std::uint64_t first,
                                 std::uint64_t length);

/// The same content where every new leaf with fewer than `min_extents` takes in the extents of a
/// page beside it, as long as there is one.
[[nodiscard]] ContentDraft fold_small_leaves(ChunkStore& chunks,
                                             ContentDraft draft,
                                             std::size_t min_extents = min_leaf_extents);

}  // namespace alexander
