#include "store/content_tree.h"

#include "base/error.h"
#include "crypto/crc.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace alexander {

namespace {

Extent extent_of(const ManifestPage& leaf, std::size_t index) {
    const PageEntry& entry = leaf.entries[index];
    Extent extent;
    extent.chunk = entry.target;
    extent.offset_bytes = entry.offset_bytes;
    extent.length_bytes = leaf.length_of(index);
    extent.crc64nvme = entry.crc64nvme;
    return extent;
}

DraftNode child_of(const ManifestPage& page, std::size_t index) {
    DraftNode node;
    node.page = page.entries[index].target;
    node.level = page.level - 1;
    node.length_bytes = page.length_of(index);
    node.crc64nvme = page.entries[index].crc64nvme;
    return node;
}

DraftNode root_of(const catalog::Content& content) {
    DraftNode node;
    node.length_bytes = static_cast<std::uint64_t>(content.size);
    node.crc64nvme = content.crc64nvme;
    node.level = content.depth;
    if (content.depth > 0) {
        node.page = content.root;
    } else if (content.size > 0) {
        Extent extent;
        extent.chunk = content.root;
        extent.length_bytes = node.length_bytes;
        extent.crc64nvme = node.crc64nvme;
        node.extents.push_back(extent);
    }
    return node;
}

// What of the extent lies in [begin, end), offsets counted from the extent's start.
Extent part_of(const Extent& whole,
               std::uint64_t begin,
               std::uint64_t end,
               const ChunkSource& source) {
    Extent part = whole;
    part.length_bytes = end - begin;
    if (part.length_bytes == whole.length_bytes)
        return part;
    if (whole.is_hole()) {
        part.crc64nvme = crc64nvme_of_zeros(part.length_bytes);
        return part;
    }
    part.offset_bytes += static_cast<std::uint32_t>(begin);
    const std::shared_ptr<const Bytes> chunk = source(whole);
    if (chunk->size() < whole.offset_bytes + whole.length_bytes)
        throw Error(ErrorCode::corrupt, "an extent is longer than its chunk");
    part.crc64nvme = crc64nvme(ByteView(*chunk).subspan(part.offset_bytes, part.length_bytes));
    return part;
}

}  // namespace

ContentTree::ContentTree(ChunkStore& chunks, const catalog::Content& content) : chunks_(chunks) {
    if (content.size > 0)
        add(root_of(content));
}

ContentTree::ContentTree(ChunkStore& chunks, std::span<const DraftNode> nodes) : chunks_(chunks) {
    for (const DraftNode& node : nodes)
        add(node);
}

void ContentTree::add(const DraftNode& node) {
    if (node.page != 0) {
        items_.push_back(
            {size_bytes() + node.length_bytes, node.page, node.level, node.crc64nvme, {}});
        return;
    }
    for (const Extent& extent : node.extents)
        items_.push_back({size_bytes() + extent.length_bytes, 0, 0, extent.crc64nvme, extent});
}

std::optional<PlacedExtent> ContentTree::find(std::uint64_t offset) {
    if (offset >= size_bytes())
        return std::nullopt;
    if (!leaf_ || offset < leaf_begin_ || offset - leaf_begin_ >= leaf_->size_bytes()) {
        const auto item = std::upper_bound(
            items_.begin(), items_.end(), offset, [](std::uint64_t at, const Item& i) {
                return at < i.end_bytes;
            });
        std::uint64_t begin = item == items_.begin() ? 0 : std::prev(item)->end_bytes;
        if (item->page == 0)
            return PlacedExtent{begin, item->extent};
        auto page = chunks_.page(item->page, item->level);
        if (page->size_bytes() != item->end_bytes - begin)
            throw Error(ErrorCode::corrupt,
                        "a manifest page has another length than its parent says");
        while (page->level > 1) {
            const std::size_t index = page->find(offset - begin);
            const std::uint64_t length = page->length_of(index);
            begin += page->begin_of(index);
            page = chunks_.page(page->entries[index].target, page->level - 1);
            if (page->size_bytes() != length)
                throw Error(ErrorCode::corrupt,
                            "a manifest page has another length than its parent says");
        }
        leaf_ = std::move(page);
        leaf_begin_ = begin;
    }
    const std::size_t index = leaf_->find(offset - leaf_begin_);
    return PlacedExtent{leaf_begin_ + leaf_->begin_of(index), extent_of(*leaf_, index)};
}

std::optional<PlacedExtent> ContentTree::find_before(std::uint64_t offset) {
    return offset == 0 ? std::nullopt : find(std::min(offset, size_bytes()) - 1);
}

void ContentTree::for_each_extent(std::uint64_t offset,
                                  const std::function<bool(const PlacedExtent&)>& visitor) {
    while (const auto placed = find(offset)) {
        if (!visitor(*placed))
            return;
        offset = placed->end_bytes();
    }
}

void ContentTree::append_range(ContentDraft& draft,
                               std::uint64_t begin,
                               std::uint64_t end,
                               const ChunkSource& source) {
    assert(begin <= end && end <= size_bytes());
    auto item =
        std::upper_bound(items_.begin(), items_.end(), begin, [](std::uint64_t at, const Item& i) {
            return at < i.end_bytes;
        });
    for (; item != items_.end() && begin < end; ++item) {
        const std::uint64_t item_begin = item == items_.begin() ? 0 : std::prev(item)->end_bytes;
        const std::uint64_t until = std::min(end, item->end_bytes);
        if (item->page == 0) {
            draft.append(part_of(item->extent, begin - item_begin, until - item_begin, source));
        } else {
            const DraftNode node{
                item->page, item->level, item->end_bytes - item_begin, item->crc64nvme, {}};
            append_page(draft, node, item_begin, {begin, until}, source);
        }
        begin = until;
    }
}

void ContentTree::append_page(ContentDraft& draft,
                              const DraftNode& node,
                              std::uint64_t page_begin,
                              const Range& range,
                              const ChunkSource& source) {
    if (range.begin == page_begin && range.end - page_begin == node.length_bytes) {
        draft.append(node);
        return;
    }
    const auto page = chunks_.page(node.page, node.level);
    if (page->size_bytes() != node.length_bytes)
        throw Error(ErrorCode::corrupt, "a manifest page has another length than its parent says");
    std::uint64_t at = range.begin;
    for (std::size_t i = page->find(at - page_begin); at < range.end; ++i) {
        const std::uint64_t begin = page_begin + page->begin_of(i);
        const std::uint64_t until = std::min(range.end, page_begin + page->entries[i].end_bytes);
        if (page->level == 1)
            draft.append(part_of(extent_of(*page, i), at - begin, until - begin, source));
        else
            append_page(draft, child_of(*page, i), begin, {at, until}, source);
        at = until;
    }
}

std::vector<ByteRun> holes_of(ContentTree& tree) {
    std::vector<ByteRun> holes;
    constexpr std::size_t max_walked_extents = 65'536;
    std::size_t walked = 0;
    tree.for_each_extent(0, [&](const PlacedExtent& placed) {
        if (placed.extent.is_hole())
            holes.push_back({placed.begin_bytes, placed.end_bytes()});
        return ++walked < max_walked_extents;
    });
    return holes;
}

SharedRange share_range(ContentTree& tree,
                        ByteRun run,
                        const ChunkSource& source,
                        SharedSession session) {
    SharedRange range{{}, std::move(session)};
    tree.append_range(range.content, run.begin, run.end, source);
    return range;
}

ContentDraft concatenate(std::span<const catalog::Content> contents) {
    ContentDraft draft;
    for (const catalog::Content& content : contents) {
        if (content.size > 0)
            draft.append(root_of(content));
    }
    return draft;
}

ContentDraft slice(ChunkStore& chunks,
                   const catalog::Content& content,
                   std::uint64_t first,
                   std::uint64_t length) {
    const auto size = static_cast<std::uint64_t>(content.size);
    if (first > size || length > size - first)
        throw Error(ErrorCode::invalid_range, "the range is not within the content");
    if (length == size)
        return ContentDraft::existing(content);
    ContentTree tree(chunks, content);
    ContentDraft draft;
    tree.append_range(draft, first, first + length, [&](const Extent& extent) {
        return chunks.read(extent.chunk);
    });
    return fold_small_leaves(chunks, std::move(draft));
}

namespace {

using Nodes = std::vector<DraftNode>;

// Joins the new leaf at `index` with the one after it, if that is new as well.
void join(Nodes& nodes, std::size_t index) {
    if (index + 1 >= nodes.size() || nodes[index].page != 0 || nodes[index + 1].page != 0)
        return;
    auto& extents = nodes[index].extents;
    const auto& more = nodes[index + 1].extents;
    extents.insert(extents.end(), more.begin(), more.end());
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(index) + 1);
}

// Replaces the page at `index` by what it holds; returns how many nodes that is.
std::size_t open_page(ChunkStore& chunks, Nodes& nodes, std::size_t index) {
    const auto page = chunks.page(nodes[index].page, nodes[index].level);
    Nodes opened;
    if (page->level == 1) {
        opened.emplace_back();
        for (std::size_t i = 0; i < page->entries.size(); ++i)
            opened[0].extents.push_back(extent_of(*page, i));
    } else {
        for (std::size_t i = 0; i < page->entries.size(); ++i)
            opened.push_back(child_of(*page, i));
    }
    const auto at = nodes.begin() + static_cast<std::ptrdiff_t>(index);
    nodes.insert(nodes.erase(at),
                 std::make_move_iterator(opened.begin()),
                 std::make_move_iterator(opened.end()));
    return opened.size();
}

// Lets the new leaf at `index` take in a neighbour; returns where it is afterwards.
// The page before is preferred: what is behind an edit stays as it is.
std::size_t take_in(ChunkStore& chunks, Nodes& nodes, std::size_t index) {
    if (index == 0) {
        open_page(chunks, nodes, 1);
        join(nodes, 1);
        join(nodes, 0);
        return 0;
    }
    const bool is_leaf = nodes[index - 1].level == 1;
    const std::size_t count = open_page(chunks, nodes, index - 1);
    if (!is_leaf)
        return index - 1 + count;
    join(nodes, index - 1);
    if (index == 1 || nodes[index - 2].page != 0)
        return index - 1;
    join(nodes, index - 2);
    return index - 2;
}

}  // namespace

ContentDraft fold_small_leaves(ChunkStore& chunks, ContentDraft draft, std::size_t min_extents) {
    Nodes nodes = draft.nodes();
    bool changed = false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        while (nodes.size() > 1 && nodes[i].page == 0 && nodes[i].extents.size() < min_extents) {
            i = take_in(chunks, nodes, i);
            changed = true;
        }
    }
    if (!changed)
        return draft;
    ContentDraft folded;
    folded.records = std::move(draft.records);
    folded.chain = std::move(draft.chain);
    folded.pending = std::move(draft.pending);
    folded.session = std::move(draft.session);
    for (DraftNode& node : nodes)
        folded.append(std::move(node));
    return folded;
}

}  // namespace alexander
