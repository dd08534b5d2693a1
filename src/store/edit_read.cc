// How a ContentEditor reads what it holds.
#include "base/error.h"
#include "crypto/crc.h"
#include "store/edit_state.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace alexander {

namespace {

using Holes = std::vector<ByteRun>;

/// Bytes of `run` in holes; `hole` moves on to the first that ends within the run or after it.
std::uint64_t count_holes(Holes::const_iterator& hole, Holes::const_iterator last, ByteRun run) {
    std::uint64_t bytes = 0;
    while (hole != last && hole->end <= run.begin)
        ++hole;
    for (auto h = hole; h != last && h->begin < run.end; ++h)
        bytes += std::min(run.end, h->end) - std::max(run.begin, h->begin);
    return bytes;
}

bool is_same(const Extent& a, const Extent& b) {
    return a.chunk == b.chunk && a.id == b.id && a.offset_bytes == b.offset_bytes &&
           a.length_bytes == b.length_bytes && a.crc64nvme == b.crc64nvme;
}

}  // namespace

std::shared_ptr<const Bytes> EditState::chunk_of(const Extent& extent) {
    if (last_chunk && is_same(last_extent, extent))
        return last_chunk;
    std::shared_ptr<const Bytes> chunk;
    if (extent.chunk == 0 && extent.id) {
        const auto kept = record_index.find(*extent.id);
        const auto handed = handed_out.find(*extent.id);
        if (kept != record_index.end())
            chunk = engine.chunks.open(records[kept->second]);
        else if (handed != handed_out.end())
            chunk = engine.chunks.open(handed->second);
        else if (stream)
            chunk = stream->read(extent);
    }
    if (!chunk)
        chunk = engine.chunks.read(extent);
    if (chunk->size() < extent.offset_bytes + extent.length_bytes ||
        crc64nvme(ByteView(*chunk).subspan(extent.offset_bytes, extent.length_bytes)) !=
            extent.crc64nvme)
        throw Error(ErrorCode::corrupt,
                    "chunk " + std::to_string(extent.chunk) + " does not have the extent's bytes");
    last_extent = extent;
    last_chunk = chunk;
    return chunk;
}

std::size_t EditState::read_tree(ContentTree& tree, std::uint64_t offset, MutableBytes into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto placed = tree.find(offset + done);
        if (!placed)
            break;
        const std::uint64_t skip = offset + done - placed->begin_bytes;
        const auto part = static_cast<std::size_t>(
            std::min<std::uint64_t>(into.size() - done, placed->extent.length_bytes - skip));
        if (placed->extent.is_hole()) {
            std::memset(into.data() + done, 0, part);
        } else {
            const auto chunk = chunk_of(placed->extent);
            std::memcpy(
                into.data() + done, chunk->data() + placed->extent.offset_bytes + skip, part);
        }
        done += part;
    }
    return done;
}

std::size_t EditState::read_stream(std::uint64_t offset, MutableBytes into) {
    const std::uint64_t cut = stream->size_bytes() - stream->tail().size();
    std::size_t done = 0;
    if (offset < cut) {
        if (!stream_tree)
            stream_tree = std::make_unique<ContentTree>(engine.chunks, stream->settle());
        done = read_tree(*stream_tree,
                         offset,
                         into.first(static_cast<std::size_t>(
                             std::min<std::uint64_t>(into.size(), cut - offset))));
    }
    const ByteView tail = stream->tail();
    if (done < into.size()) {
        const auto skip = static_cast<std::size_t>(offset + done - cut);
        const std::size_t part = std::min(into.size() - done, tail.size() - skip);
        std::memcpy(into.data() + done, tail.data() + skip, part);
        done += part;
    }
    return done;
}

std::size_t EditState::read(std::uint64_t offset, MutableBytes into) {
    if (offset >= size)
        return 0;
    into =
        into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size - offset)));
    std::size_t done = 0;
    while (done < into.size()) {
        const std::uint64_t at = offset + done;
        const Piece piece = piece_at(at);
        const auto part =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size() - done, piece.end - at));
        const MutableBytes out = into.subspan(done, part);
        const auto segment = overlay.at_or_after(at);
        if (piece.is_hole)
            std::memset(out.data(), 0, part);
        else if (segment != overlay.segments().end() && segment->first <= at &&
                 segment->second.kind == EditOverlay::Kind::memory)
            std::memcpy(out.data(), segment->second.memory.data() + (at - segment->first), part);
        else if (segment != overlay.segments().end() && segment->first <= at)
            static_cast<void>(
                read_tree(*segment->second.tree, at - segment->second.origin_bytes, out));
        else if (stream && at >= stream_begin && at < stream_end())
            static_cast<void>(read_stream(at - stream_begin, out));
        else
            static_cast<void>(read_tree(*base, at, out));
        done += part;
    }
    return done;
}

EditState::Piece EditState::piece_at(std::uint64_t offset) {
    std::uint64_t next = size;
    const auto segment = overlay.at_or_after(offset);
    if (segment != overlay.segments().end()) {
        const EditOverlay::Segment& found = segment->second;
        if (segment->first <= offset) {
            if (!found.tree)
                return {found.end_bytes, found.kind == EditOverlay::Kind::hole};
            const auto placed = found.tree->find(offset - found.origin_bytes);
            return {std::min(found.end_bytes, found.origin_bytes + placed->end_bytes()),
                    placed->extent.is_hole()};
        }
        next = std::min(next, segment->first);
    }
    if (stream && offset < stream_end()) {
        if (offset >= stream_begin)
            return {stream_end(), false};
        next = std::min(next, stream_begin);
    }
    if (offset >= base_limit)
        return {next, true};
    const auto placed = base->find(offset);
    return {std::min({next, base_limit, placed->end_bytes()}), placed->extent.is_hole()};
}

std::uint64_t EditState::allocated_bytes() {
    if (!base_holes)
        base_holes = holes_of(*base);
    std::uint64_t allocated = stream ? stream->size_bytes() : 0;
    std::uint64_t at = 0;
    auto hole = base_holes->cbegin();
    const auto count_base = [&](std::uint64_t end) {
        end = std::min(end, base_limit);
        if (at < end)
            allocated += end - at - count_holes(hole, base_holes->cend(), {at, end});
    };
    for (const auto& [begin, segment] : overlay.segments()) {
        count_base(begin);
        at = segment.end_bytes;
        if (segment.kind == EditOverlay::Kind::hole)
            continue;
        allocated += at - begin;
        if (segment.holes) {
            const ByteRun run{begin - segment.origin_bytes, at - segment.origin_bytes};
            auto first = std::partition_point(segment.holes->begin(),
                                              segment.holes->end(),
                                              [&](const ByteRun& h) { return h.end <= run.begin; });
            allocated -= count_holes(first, segment.holes->end(), run);
        }
    }
    count_base(base_limit);
    return allocated;
}

std::size_t EditState::held_bytes() const {
    return overlay.memory_bytes() + record_bytes + (stream ? stream->held_bytes() : 0);
}

}  // namespace alexander
