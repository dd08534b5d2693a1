#include "store/content.h"

#include "base/error.h"
#include "catalog/contents.h"
#include "crypto/crc.h"
#include "store/content_use.h"
#include "store/pending_pages.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace alexander {

namespace {

struct Node {
    catalog::PageId page;
    std::int32_t level;
    std::uint64_t length_bytes;
    std::uint64_t crc64nvme;
};

// True if `next` is what follows `last` in the same chunk or hole.
bool continues(const Extent& last, const Extent& next) {
    if (last.is_hole() || next.is_hole())
        return last.is_hole() && next.is_hole() &&
               last.length_bytes <= max_hole_bytes - next.length_bytes;
    if (last.chunk != next.chunk || (last.chunk == 0 && last.id != next.id))
        return false;
    return last.offset_bytes + last.length_bytes == next.offset_bytes;
}

catalog::ChunkNumber number_of(CommitScope& scope, const Extent& extent) {
    if (extent.chunk == 0)
        return extent.id ? scope.chunk(*extent.id) : 0;
    use_chunk(scope, extent.chunk);
    return extent.chunk;
}

class TreeWriter {
public:
    TreeWriter(CommitScope& scope, const PageLimits& limits) : scope_(scope), limits_(limits) {}

    // Leaves of about the same size, as few as the limit allows.
    void add_leaves(const std::vector<Extent>& extents) {
        const std::size_t count = (extents.size() + limits_.extents - 1) / limits_.extents;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t begin = extents.size() * i / count;
            const std::size_t end = extents.size() * (i + 1) / count;
            nodes_.push_back(
                write(make_leaf(scope_, std::span(extents).subspan(begin, end - begin))));
        }
    }

    void add_page(const Node& node) {
        use_page(scope_, node.page);
        if (node.level < limits_.high_level || !add_children_of(node))
            nodes_.push_back(node);
    }

    Node finish() {
        for (std::int32_t level = lowest(); nodes_.size() > 1; ++level)
            raise(level);
        return nodes_.front();
    }

private:
    // A high page of few children would get a page for its few cousins above it, and so on, each
    // time that a content is put together of others: its children are taken instead.
    bool add_children_of(const Node& node) {
        const std::optional<catalog::Page> row = catalog::find_page(scope_.rows(), node.page);
        if (!row)
            throw Error(ErrorCode::corrupt,
                        "manifest page " + std::to_string(node.page) + " is missing");
        const ManifestPage page = parse_page(node.level, row->body);
        if (page.entries.size() >= limits_.children / 4)
            return false;
        for (std::size_t i = 0; i < page.entries.size(); ++i) {
            const PageEntry& entry = page.entries[i];
            add_page({entry.target,
                      node.level - 1,
                      entry.end_bytes - page.begin_of(i),
                      entry.crc64nvme});
        }
        return true;
    }

    Node write(const ManifestPage& page) {
        const catalog::PageId id = scope_.rows().next_id(catalog::IdKind::page);
        catalog::insert_page(scope_.rows(), id, page.level, format_page(page));
        return {id, page.level, page.size_bytes(), page.crc64nvme()};
    }

    [[nodiscard]] std::int32_t lowest() const {
        return std::min_element(nodes_.begin(),
                                nodes_.end(),
                                [](const Node& a, const Node& b) { return a.level < b.level; })
            ->level;
    }

    // Puts every run of nodes of the lowest level under pages one level up, so that in the end all
    // children of a page are of one level.
    void raise(std::int32_t level) {
        if (level >= max_page_level)
            throw Error(ErrorCode::invalid_argument, "content: too many pages");
        std::vector<Node> raised;
        for (std::size_t begin = 0; begin < nodes_.size();) {
            if (nodes_[begin].level != level) {
                raised.push_back(nodes_[begin++]);
                continue;
            }
            std::size_t end = begin;
            while (end < nodes_.size() && nodes_[end].level == level)
                ++end;
            raise_run(begin, end, raised);
            begin = end;
        }
        nodes_ = std::move(raised);
    }

    void raise_run(std::size_t first, std::size_t last, std::vector<Node>& raised) {
        const std::size_t size = last - first;
        const std::size_t count = (size + limits_.children - 1) / limits_.children;
        for (std::size_t i = 0; i < count; ++i) {
            ManifestPage page;
            page.level = nodes_[first].level + 1;
            for (std::size_t at = first + size * i / count; at < first + size * (i + 1) / count;
                 ++at)
                page.entries.push_back({nodes_[at].page,
                                        page.size_bytes() + nodes_[at].length_bytes,
                                        nodes_[at].crc64nvme,
                                        0});
            raised.push_back(write(page));
        }
    }

    CommitScope& scope_;
    const PageLimits& limits_;
    std::vector<Node> nodes_;
};

}  // namespace

ManifestPage make_leaf(CommitScope& scope, std::span<const Extent> extents) {
    ManifestPage page;
    page.entries.reserve(extents.size());
    for (const Extent& extent : extents)
        page.entries.push_back({number_of(scope, extent),
                                page.size_bytes() + extent.length_bytes,
                                extent.crc64nvme,
                                extent.offset_bytes});
    return page;
}

void ContentDraft::append(DraftNode node) {
    if (node.page == 0) {
        for (const Extent& extent : node.extents)
            append(extent);
        return;
    }
    assert(!existing_ && node.length_bytes > 0);
    if (node.length_bytes > std::numeric_limits<std::int64_t>::max() - size_bytes_)
        throw Error(ErrorCode::invalid_argument, "content: longer than 2^63 - 1 bytes");
    crc64nvme_ = crc64nvme_combine(crc64nvme_, node.crc64nvme, node.length_bytes);
    size_bytes_ += node.length_bytes;
    nodes_.push_back(std::move(node));
}

void ContentDraft::append(Extent extent) {
    while (extent.is_hole() && extent.length_bytes > max_hole_bytes) {
        Extent piece;
        piece.length_bytes = max_hole_bytes;
        piece.crc64nvme = crc64nvme_of_zeros(max_hole_bytes);
        add_extent(piece);
        extent.length_bytes -= max_hole_bytes;
        extent.crc64nvme = crc64nvme_of_zeros(extent.length_bytes);
    }
    if (extent.length_bytes != 0)
        add_extent(extent);
}

void ContentDraft::add_extent(const Extent& extent) {
    assert(!existing_);
    if (extent.length_bytes > std::numeric_limits<std::int64_t>::max() - size_bytes_)
        throw Error(ErrorCode::invalid_argument, "content: longer than 2^63 - 1 bytes");
    crc64nvme_ = crc64nvme_combine(crc64nvme_, extent.crc64nvme, extent.length_bytes);
    size_bytes_ += extent.length_bytes;
    if (nodes_.empty() || nodes_.back().page != 0)
        nodes_.emplace_back();
    DraftNode& node = nodes_.back();
    node.crc64nvme = crc64nvme_combine(node.crc64nvme, extent.crc64nvme, extent.length_bytes);
    node.length_bytes += extent.length_bytes;
    node.level = 1;
    if (!node.extents.empty() && continues(node.extents.back(), extent)) {
        Extent& last = node.extents.back();
        last.crc64nvme = crc64nvme_combine(last.crc64nvme, extent.crc64nvme, extent.length_bytes);
        last.length_bytes += extent.length_bytes;
    } else {
        node.extents.push_back(extent);
    }
}

Work ContentDraft::start_work() {
    return {std::move(records), {}, {}, chain};
}

ContentDraft ContentDraft::existing(const catalog::Content& content) {
    ContentDraft draft;
    draft.size_bytes_ = static_cast<std::uint64_t>(content.size);
    draft.crc64nvme_ = content.crc64nvme;
    draft.existing_ = content;
    return draft;
}

catalog::ContentId ContentDraft::commit(CommitScope& scope) const {
    return commit(scope, PageLimits{});
}

catalog::ContentId ContentDraft::commit(CommitScope& scope, const PageLimits& limits) const {
    for (const auto& pages : pending)
        pages->release(scope);
    if (existing_) {
        use_content(scope, existing_->id);
        return existing_->id;
    }
    if (size_bytes_ == 0)
        return 0;
    TreeWriter tree(scope, limits);
    catalog::Content content;
    content.size = static_cast<std::int64_t>(size_bytes_);
    content.crc64nvme = crc64nvme_;
    const DraftNode& first = nodes_.front();
    if (nodes_.size() == 1 && first.extents.size() == 1 && !first.extents[0].is_hole() &&
        first.extents[0].offset_bytes == 0) {
        content.root = number_of(scope, first.extents[0]);
    } else {
        for (const DraftNode& node : nodes_) {
            if (node.page == 0)
                tree.add_leaves(node.extents);
            else
                tree.add_page({node.page, node.level, node.length_bytes, node.crc64nvme});
        }
        const Node root = tree.finish();
        content.depth = root.level;
        content.root = root.page;
    }
    content.id = scope.rows().next_id(catalog::IdKind::content);
    catalog::insert_content(scope.rows(), content);
    return content.id;
}

std::uint64_t crc64nvme_of_zeros(std::uint64_t length) {
    // The check value of twice as many zeros comes from that of half as many.
    const std::byte zero{};
    std::uint64_t power = alexander::crc64nvme({&zero, 1});
    std::uint64_t crc = 0;
    for (std::uint64_t size = 1; length != 0; size <<= 1U, length >>= 1U) {
        if ((length & 1U) != 0)
            crc = crc64nvme_combine(crc, power, size);
        power = crc64nvme_combine(power, power, size);
    }
    return crc;
}

}  // namespace alexander
