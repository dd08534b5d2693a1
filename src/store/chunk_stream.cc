#include "store/chunk_stream.h"

#include "crypto/crc.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace alexander {

namespace {

constexpr std::size_t max_sealing_bytes = 1U << 20U;
constexpr std::size_t min_segment_bytes = 1U << 20U;

ChunkStream::Chunk store_chunk(ChunkStore& chunks, std::uint32_t domain, ByteView bytes) {
    ChunkStore::Stored stored = chunks.store(domain, bytes);
    return {stored.id,
            static_cast<std::uint32_t>(bytes.size()),
            crc64nvme(bytes),
            stored.record ? std::move(stored.record->bytes) : Bytes()};
}

}  // namespace

ChunkStream::ChunkStream(ChunkStore& chunks, std::uint32_t domain, ChunkProfile profile)
    : chunks_(chunks),
      domain_(domain),
      chunker_(chunks.gear_table(domain), profile),
      segment_(std::make_shared<Bytes>()) {}

ChunkStream::~ChunkStream() {
    for (const Sealing& sealing : sealing_)
        sealing.chunk.wait();
}

void ChunkStream::write(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t part = std::min(make_room(), bytes.size());
        segment_->insert(
            segment_->end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
        bytes = bytes.subspan(part);
        cut_whole_chunks();
        while (sealing_bytes_ > max_sealing_bytes) {
            ready_.push_back(*take_sealed(Wait::yes));
        }
    }
}

std::size_t ChunkStream::make_room() {
    const std::size_t max = chunker_.sizes().max;
    if (!has_cut_)
        return max - segment_->size();
    if (segment_->size() == segment_->capacity()) {
        const std::shared_ptr<Bytes> full = std::exchange(segment_, std::exchange(spare_, nullptr));
        if (!segment_) {
            segment_ = std::make_shared<Bytes>();
            segment_->reserve(segment_bytes());
        }
        segment_->assign(full->begin() + static_cast<std::ptrdiff_t>(begin_), full->end());
        begin_ = 0;
    }
    return segment_->capacity() - segment_->size();
}

std::size_t ChunkStream::segment_bytes() const {
    return std::max(2 * chunker_.sizes().max, min_segment_bytes);
}

void ChunkStream::cut_whole_chunks() {
    while (tail().size() >= chunker_.sizes().max) {
        const ByteView chunk = tail().first(chunker_.next(tail(), End::no));
        auto sealed =
            chunks_.workers().run([&chunks = chunks_, domain = domain_, segment = segment_, chunk] {
                return store_chunk(chunks, domain, chunk);
            });
        sealing_.push_back({std::move(sealed), chunk.size(), segment_});
        sealing_bytes_ += chunk.size();
        begin_ += chunk.size();
        has_cut_ = true;
    }
}

void ChunkStream::finish() {
    while (!tail().empty()) {
        const ByteView chunk = tail().first(chunker_.next(tail(), End::yes));
        std::promise<Chunk> sealed;
        sealed.set_value(store_chunk(chunks_, domain_, chunk));
        sealing_.push_back({sealed.get_future(), chunk.size(), segment_});
        sealing_bytes_ += chunk.size();
        begin_ += chunk.size();
    }
}

std::optional<ChunkStream::Chunk> ChunkStream::take(Wait wait) {
    if (!ready_.empty()) {
        std::optional<Chunk> chunk(std::move(ready_.front()));
        ready_.pop_front();
        return chunk;
    }
    return take_sealed(wait);
}

std::optional<ChunkStream::Chunk> ChunkStream::take_sealed(Wait wait) {
    if (sealing_.empty())
        return std::nullopt;
    if (wait == Wait::no &&
        sealing_.front().chunk.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        return std::nullopt;
    Sealing first = std::move(sealing_.front());
    sealing_.pop_front();
    sealing_bytes_ -= first.length;
    std::optional<Chunk> chunk(first.chunk.get());
    // The last chunk of a segment was read for the last time: fresh memory costs more than reuse.
    if (first.segment != segment_ && first.segment->capacity() >= segment_bytes() &&
        (sealing_.empty() || sealing_.front().segment != first.segment))
        spare_ = std::move(first.segment);
    return chunk;
}

ByteView ChunkStream::tail() const {
    return ByteView(*segment_).subspan(begin_);
}

}  // namespace alexander
