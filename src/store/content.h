// An immutable run of bytes as a list of extents, and how new ones are put together.
// Format of the pages: docs/formats/manifest.md.
#pragma once

#include "blob/chunk_id.h"
#include "store/committer.h"
#include "store/manifest_page.h"
#include "store/sessions.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace alexander {

/// A range of one chunk, or a hole. Either the chunk's number is known or its id is.
struct Extent {
    catalog::ChunkNumber chunk = 0;  // 0: use `id`, or a hole
    std::optional<ChunkId> id;       // of a chunk that may not be committed yet
    std::uint32_t offset_bytes = 0;  // within the chunk
    std::uint64_t length_bytes = 0;
    std::uint64_t crc64nvme = 0;  // of the extent's bytes (zeros for a hole)

    [[nodiscard]] bool is_hole() const { return chunk == 0 && !id; }
};

/// The check value of a hole.
[[nodiscard]] std::uint64_t crc64nvme_of_zeros(std::uint64_t length);

/// A node that a draft is made of: a page that is committed already, or extents for a new leaf.
struct DraftNode {
    catalog::PageId page = 0;  // 0: `extents` become part of a new leaf
    std::int32_t level = 0;    // of the page
    std::uint64_t length_bytes = 0;
    std::uint64_t crc64nvme = 0;
    std::vector<Extent> extents;
};

/// How full pages are made. Only tests use others than these.
struct PageLimits {
    std::size_t extents = max_page_entries;
    std::size_t children = max_page_entries;
    std::int32_t high_level = 4;  // from here on, pages a quarter full are opened and filled
};

/// Longest hole in one extent; append() splits longer ones.
inline constexpr std::uint64_t max_hole_bytes = std::uint64_t{1} << 60U;

/// A leaf of these extents, each chunk by its number. Throws busy if a chunk is gone.
[[nodiscard]] ManifestPage make_leaf(CommitScope& scope, std::span<const Extent> extents);

class PendingPages;

/// A content that is ready to be committed. Nothing refers to it yet.
///
/// Who commits it calls start_work() for the Work whose change calls commit(): the chunks are then
/// durable, and have their rows, before the change runs. (Records of long streams went to the
/// committer before, in order.)
class ContentDraft {
public:
    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

    [[nodiscard]] std::uint64_t crc64nvme() const { return crc64nvme_; }

    [[nodiscard]] const std::vector<DraftNode>& nodes() const { return nodes_; }

    /// At the end. Neighbours that continue each other (holes, or the next bytes of one chunk)
    /// become one extent; what has no length is left out.
    void append(DraftNode node);
    void append(Extent extent);

    /// A content that exists already: commit() returns it unchanged. 0 is the empty content.
    [[nodiscard]] static ContentDraft existing(const catalog::Content& content);

    /// Writes pages and the content row; returns its id, 0 for no bytes at all. Leaves have at most
    /// 1,024 extents and, unless the content has fewer, at least 256; inner pages at most 1,024
    /// children; pages given are kept, high ones of few children only as what is below them. Runs
    /// in stage B, throws busy if a chunk is gone.
    [[nodiscard]] catalog::ContentId commit(CommitScope& scope) const;
    [[nodiscard]] catalog::ContentId commit(CommitScope& scope, const PageLimits& limits) const;

    /// A Work with the records, chained behind those of the same stream. Once only.
    [[nodiscard]] Work start_work();

    /// Chunks that no Work carries yet.
    std::vector<SealedRecord> records;

    /// Of the records that went to the committer before.
    std::shared_ptr<WorkChain> chain;

    /// Pages of long streams, committed before: commit() releases them, and so does the end of the
    /// last draft that shares them.
    std::vector<std::shared_ptr<PendingPages>> pending;

    /// Keeps stored chunks that the draft names from being deleted until it is committed.
    SharedSession session;

private:
    void add_extent(const Extent& extent);

    std::uint64_t size_bytes_ = 0;
    std::uint64_t crc64nvme_ = 0;
    std::vector<DraftNode> nodes_;
    std::optional<catalog::Content> existing_;
};

}  // namespace alexander
