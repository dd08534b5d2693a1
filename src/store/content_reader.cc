#include "store/content_reader.h"

#include "base/error.h"
#include "catalog/contents.h"
#include "crypto/crc.h"
#include "store/content_tree.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <future>
#include <string>

namespace alexander {

namespace {

constexpr std::size_t chunks_ahead = 2;

using Chunk = std::shared_ptr<const Bytes>;

ByteView zeros() {
    static constexpr std::array<std::byte, 64U << 10U> block{};
    return block;
}

ByteView bytes_of(const Bytes& chunk, const Extent& extent) {
    return ByteView(chunk).subspan(extent.offset_bytes, extent.length_bytes);
}

// The chunk proved itself against its id; this proves that it is the one that was meant.
Chunk fetch(ChunkStore& chunks, const Extent& extent) {
    Chunk chunk = chunks.read(extent);
    if (chunk->size() < extent.offset_bytes + extent.length_bytes)
        throw Error(ErrorCode::corrupt,
                    "chunk " + std::to_string(extent.chunk) + " is shorter than its extent");
    if (crc64nvme(bytes_of(*chunk, extent)) != extent.crc64nvme)
        throw Error(ErrorCode::corrupt,
                    "chunk " + std::to_string(extent.chunk) + " does not have the extent's bytes");
    return chunk;
}

// Who found the content may have done so some time ago: it must be there still.
SharedSession begin_session(const Engine& engine, const catalog::Content& content) {
    SharedSession session = engine.begin_session();
    if (session && content.id != 0)
        check_is_live(engine, content.id);
    return session;
}

}  // namespace

void check_is_live(const Engine& engine, catalog::ContentId id) {
    const auto now = catalog::find_content(*engine.catalog.read(), id);
    if (!now || now->state == catalog::RowState::condemned)
        throw Error(ErrorCode::busy,
                    "content " + std::to_string(id) + " was removed while it was being opened");
}

struct ContentReader::State {
    struct Ahead {
        std::uint64_t begin;
        std::future<Chunk> chunk;
    };

    State(const Engine& engine, const catalog::Content& content, SharedSession kept)
        : session(std::move(kept)),
          chunks(engine.chunks),
          tree(chunks, content),
          ahead_tree(tree) {}

    // Makes `current` the extent that holds `offset`, which is below the size.
    void go_to(std::uint64_t offset) {
        if (has_current && offset >= current.begin_bytes && offset < current.end_bytes())
            return;
        const bool is_forward = offset == (has_current ? current.end_bytes() : 0);
        has_current = false;
        current = *tree.find(offset);
        chunk = current.extent.is_hole() ? nullptr : take(current);
        has_current = true;
        if (is_forward)
            read_ahead();
        else
            ahead.clear();
    }

    Chunk take(const PlacedExtent& placed) {
        while (!ahead.empty() && ahead.front().begin < placed.begin_bytes)
            ahead.pop_front();
        if (ahead.empty() || ahead.front().begin != placed.begin_bytes)
            return fetch(chunks, placed.extent);
        std::future<Chunk> fetched = std::move(ahead.front().chunk);
        ahead.pop_front();
        return fetched.get();
    }

    void read_ahead() {
        std::uint64_t next = std::max(ahead_end, current.end_bytes());
        if (ahead.empty())
            next = current.end_bytes();
        while (ahead.size() < chunks_ahead) {
            const auto placed = ahead_tree.find(next);
            if (!placed)
                break;
            next = placed->end_bytes();
            if (placed->extent.is_hole())
                break;
            ahead.push_back({placed->begin_bytes,
                             chunks.workers().run([&store = chunks, extent = placed->extent] {
                                 return fetch(store, extent);
                             })});
        }
        ahead_end = next;
    }

    SharedSession session;
    ChunkStore& chunks;
    ContentTree tree;
    ContentTree ahead_tree;  // of its own, so that each stays in its leaf
    bool has_current = false;
    PlacedExtent current;
    Chunk chunk;  // of current; nullptr for a hole
    std::deque<Ahead> ahead;
    std::uint64_t ahead_end = 0;
};

ContentReader::ContentReader(const Engine& engine, const catalog::Content& content)
    : ContentReader(engine, content, begin_session(engine, content)) {}

ContentReader::ContentReader(const Engine& engine,
                             const catalog::Content& content,
                             SharedSession session)
    : state_(std::make_unique<State>(engine, content, std::move(session))) {}

ContentReader::~ContentReader() = default;
ContentReader::ContentReader(ContentReader&&) noexcept = default;

std::uint64_t ContentReader::size_bytes() const {
    return state_->tree.size_bytes();
}

Slice ContentReader::read(std::uint64_t offset, std::size_t limit) {
    if (offset >= size_bytes() || limit == 0)
        return {};
    state_->go_to(offset);
    const PlacedExtent& placed = state_->current;
    const std::uint64_t skip = offset - placed.begin_bytes;
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(limit, placed.extent.length_bytes - skip));
    if (!state_->chunk)
        return {nullptr, zeros().first(std::min(size, zeros().size()))};
    return {state_->chunk, bytes_of(*state_->chunk, placed.extent).subspan(skip, size)};
}

std::size_t ContentReader::read_into(std::uint64_t offset, MutableBytes into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const Slice slice = read(offset + done, into.size() - done);
        if (slice.bytes.empty())
            break;
        std::memcpy(into.data() + done, slice.bytes.data(), slice.bytes.size());
        done += slice.bytes.size();
    }
    return done;
}

std::optional<std::uint64_t> ContentReader::next_data(std::uint64_t offset) {
    while (const auto placed = state_->tree.find(offset)) {
        if (!placed->extent.is_hole())
            return offset;
        offset = placed->end_bytes();
    }
    return std::nullopt;
}

std::uint64_t ContentReader::next_hole(std::uint64_t offset) {
    while (const auto placed = state_->tree.find(offset)) {
        if (placed->extent.is_hole())
            return offset;
        offset = placed->end_bytes();
    }
    return size_bytes();
}

void ContentReader::renew_session(SharedSession session) {
    state_->session = std::move(session);
}

}  // namespace alexander
