#include "store/edit_publisher.h"

#include "crypto/crc.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace alexander {

namespace {

constexpr int max_chunks_to_realign = 8;

}  // namespace

ContentDraft EditPublisher::run() {
    while (at_ < s_.size) {
        const auto found = s_.overlay.at_or_after(at_);
        if (found == s_.overlay.segments().end()) {
            copy_base(s_.size);
            break;
        }
        const std::uint64_t begin = std::max(at_, found->first);
        const EditOverlay::Segment& segment = found->second;
        if (segment.is_dirty()) {
            copy_base(start_before(begin));
            rechunk(segment.end_bytes);
            continue;
        }
        copy_base(begin);
        if (segment.kind == EditOverlay::Kind::hole)
            add_hole(segment.end_bytes - begin);
        else
            segment.tree->append_range(out_,
                                       begin - segment.origin_bytes,
                                       segment.end_bytes - segment.origin_bytes,
                                       source_);
        at_ = segment.end_bytes;
    }
    return std::move(out_);
}

void EditPublisher::copy_base(std::uint64_t until) {
    const std::uint64_t shared = std::min(until, s_.base_limit);
    if (at_ < shared)
        s_.base->append_range(out_, at_, shared, source_);
    at_ = std::max(at_, shared);
    add_hole(until - at_);
    at_ = until;
}

void EditPublisher::add_hole(std::uint64_t length) {
    if (length == 0)
        return;
    Extent hole;
    hole.length_bytes = length;
    hole.crc64nvme = crc64nvme_of_zeros(length);
    out_.append(hole);
}

void EditPublisher::add_chunk(ContentDraft& draft, ByteView bytes) {
    ChunkStore::Stored stored = s_.engine.chunks.store(s_.domain, bytes);
    Extent extent;
    extent.id = stored.id;
    extent.length_bytes = bytes.size();
    extent.crc64nvme = crc64nvme(bytes);
    draft.append(extent);
    if (stored.record)
        s_.keep(std::move(*stored.record));
}

// A chunk is cut by the bytes since the cut before it: the first that may change is the one that
// holds the first changed byte.
std::uint64_t EditPublisher::start_before(std::uint64_t dirty) {
    if (!is_fixed()) {
        if (dirty >= s_.base_limit || dirty <= at_)
            return dirty;
        const auto placed = s_.base->find(dirty);
        return placed->extent.is_hole() ? dirty : std::max(at_, placed->begin_bytes);
    }
    const std::uint64_t block = chunker_.sizes().max;
    std::uint64_t start = std::max(at_, dirty / block * block);
    for (std::uint64_t offset = start; offset < dirty;) {
        const EditState::Piece piece = s_.piece_at(offset);
        offset = piece.end;
        if (piece.is_hole)
            start = std::min(piece.end, dirty);
    }
    return start;
}

EditPublisher::Reach EditPublisher::reach(std::uint64_t from, std::uint64_t enough) {
    while (from < enough && from < s_.size) {
        const auto segment = s_.overlay.at_or_after(from);
        if (segment != s_.overlay.segments().end() && segment->first <= from &&
            segment->second.kind == EditOverlay::Kind::stored)
            return {from, true};
        const EditState::Piece piece = s_.piece_at(from);
        if (piece.is_hole)
            return {from, true};
        from = piece.end;
    }
    return {from, from >= s_.size};
}

// Dirty runs that were reached or touched while chunking are done in one go.
std::uint64_t EditPublisher::dirty_until(std::uint64_t known, std::uint64_t at) {
    for (;;) {
        const auto segment = s_.overlay.at_or_after(known);
        if (segment == s_.overlay.segments().end() || !segment->second.is_dirty() ||
            segment->first > std::max(known, at))
            return known;
        known = segment->second.end_bytes;
    }
}

bool EditPublisher::is_old_cut(std::uint64_t offset) {
    return offset < s_.base_limit && s_.base->find(offset)->begin_bytes == offset;
}

void EditPublisher::next_chunk(std::uint64_t forced_cut) {
    const std::size_t max = chunker_.sizes().max;
    Reach limit = reach(at_, at_ + max);
    if (is_fixed())
        forced_cut = std::min(forced_cut, at_ / max * max + max);
    if (forced_cut <= limit.end)
        limit = {forced_cut, true};
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(max, limit.end - at_));
    if (window_.size() < size) {
        const std::size_t have = window_.size();
        window_.resize(size);
        std::ignore = s_.read(at_ + have, MutableBytes(window_).subspan(have));
    }
    const ByteView view = ByteView(window_).first(size);
    const bool is_last = limit.is_end && at_ + size == limit.end;
    const std::size_t length =
        is_fixed() ? size : chunker_.next(view, is_last ? End::yes : End::no);
    add_chunk(out_, view.first(length));
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(length));
    at_ += length;
}

void EditPublisher::rechunk(std::uint64_t dirty_end) {
    std::uint64_t forced_cut = s_.size;
    int chunks_behind = 0;
    for (;;) {
        next_chunk(forced_cut);
        dirty_end = dirty_until(dirty_end, at_);
        if (at_ < dirty_end)
            continue;
        const Reach further = reach(at_, at_ + 1);
        if (is_fixed() || further.end == at_ || is_old_cut(at_))
            break;
        const auto segment = s_.overlay.at_or_after(at_);
        if (segment != s_.overlay.segments().end() && segment->first <= at_)
            break;
        if (++chunks_behind >= max_chunks_to_realign)
            forced_cut = s_.piece_at(at_).end;
    }
    window_.clear();
}

ContentDraft EditPublisher::join_tail(ContentDraft draft, std::size_t limit) {
    if (is_fixed())
        return draft;
    ContentTree tree(s_.engine.chunks, draft.nodes());
    std::uint64_t begin = tree.size_bytes();
    std::size_t count = 0;
    auto placed = tree.find_before(begin);
    for (;
         placed && !placed->extent.is_hole() && placed->extent.length_bytes < chunker_.sizes().min;
         placed = tree.find_before(begin)) {
        begin = placed->begin_bytes;
        ++count;
    }
    if (count <= limit)
        return draft;
    // The chunk before ended where the file did, not where its bytes said.
    if (placed && !placed->extent.is_hole())
        begin = placed->begin_bytes;
    ContentDraft joined;
    tree.append_range(joined, 0, begin, source_);
    Bytes window;
    for (std::uint64_t at = begin; at < tree.size_bytes();) {
        const std::size_t have = window.size();
        window.resize(static_cast<std::size_t>(
            std::min<std::uint64_t>(chunker_.sizes().max, tree.size_bytes() - at)));
        std::ignore = s_.read_tree(tree, at + have, MutableBytes(window).subspan(have));
        const End end = at + window.size() == tree.size_bytes() ? End::yes : End::no;
        const std::size_t length = chunker_.next(window, end);
        add_chunk(joined, ByteView(window).first(length));
        window.erase(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(length));
        at += length;
    }
    return joined;
}

}  // namespace alexander
