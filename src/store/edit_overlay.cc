#include "store/edit_overlay.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

namespace alexander {

namespace {

// Longer runs are several segments, so that splitting one copies little.
constexpr std::size_t max_memory_segment = 1U << 20U;

}  // namespace

EditOverlay::Segments::const_iterator EditOverlay::at_or_after(std::uint64_t offset) const {
    auto next = segments_.upper_bound(offset);
    if (next != segments_.begin() && std::prev(next)->second.end_bytes > offset)
        --next;
    return next;
}

bool EditOverlay::touches(std::uint64_t begin, std::uint64_t end) const {
    const auto next = at_or_after(begin);
    return next != segments_.end() && next->first < end;
}

void EditOverlay::write(std::uint64_t offset, ByteView bytes) {
    if (bytes.empty())
        return;
    const std::uint64_t end = offset + bytes.size();
    const auto found = at_or_after(offset);
    if (found != segments_.end() && found->first <= offset && found->second.end_bytes >= end &&
        found->second.kind == Kind::memory) {
        Bytes& memory = segments_.find(found->first)->second.memory;
        std::memcpy(memory.data() + (offset - found->first), bytes.data(), bytes.size());
        return;
    }
    carve(offset, end);
    memory_bytes_ += bytes.size();
    const auto next = segments_.lower_bound(offset);
    if (next != segments_.begin()) {
        Segment& before = std::prev(next)->second;
        if (before.kind == Kind::memory && before.end_bytes == offset &&
            before.memory.size() + bytes.size() <= max_memory_segment) {
            before.memory.insert(before.memory.end(), bytes.begin(), bytes.end());
            before.end_bytes = end;
            return;
        }
    }
    Segment segment;
    segment.end_bytes = end;
    segment.kind = Kind::memory;
    segment.memory = to_bytes(bytes);
    segments_.emplace(offset, std::move(segment));
}

void EditOverlay::put_hole(std::uint64_t begin, std::uint64_t end) {
    Segment segment;
    segment.end_bytes = end;
    put(begin, std::move(segment));
}

void EditOverlay::put_tree(std::uint64_t begin,
                           std::shared_ptr<ContentTree> tree,
                           Kind kind,
                           std::shared_ptr<const std::vector<ByteRun>> holes) {
    Segment segment;
    segment.end_bytes = begin + tree->size_bytes();
    segment.kind = kind;
    segment.tree = std::move(tree);
    segment.origin_bytes = begin;
    segment.holes = std::move(holes);
    put(begin, std::move(segment));
}

void EditOverlay::put(std::uint64_t begin, Segment segment) {
    if (begin >= segment.end_bytes)
        return;
    carve(begin, segment.end_bytes);
    segments_.emplace(begin, std::move(segment));
}

std::optional<Bytes> EditOverlay::take_memory(std::uint64_t offset) {
    const auto found = segments_.find(offset);
    if (found == segments_.end() || found->second.kind != Kind::memory)
        return std::nullopt;
    Bytes memory = std::move(found->second.memory);
    memory_bytes_ -= memory.size();
    segments_.erase(found);
    return memory;
}

void EditOverlay::carve(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end)
        return;
    split(begin);
    split(end);
    auto segment = segments_.lower_bound(begin);
    while (segment != segments_.end() && segment->first < end) {
        memory_bytes_ -= segment->second.memory.size();
        segment = segments_.erase(segment);
    }
}

void EditOverlay::split(std::uint64_t offset) {
    const auto found = at_or_after(offset);
    if (found == segments_.end() || found->first >= offset)
        return;
    Segment& front = segments_.find(found->first)->second;
    Segment back = {front.end_bytes, front.kind, {}, front.tree, front.origin_bytes, front.holes};
    if (front.kind == Kind::memory) {
        const auto cut = front.memory.begin() + static_cast<std::ptrdiff_t>(offset - found->first);
        back.memory.assign(cut, front.memory.end());
        front.memory.erase(cut, front.memory.end());
    }
    front.end_bytes = offset;
    segments_.emplace(offset, std::move(back));
}

void EditOverlay::clear() {
    segments_.clear();
    memory_bytes_ = 0;
}

}  // namespace alexander
