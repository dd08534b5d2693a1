// A stream of bytes as a sequence of stored chunks.
#pragma once

#include "store/chunk_store.h"

#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>

namespace alexander {

/// Cuts on the calling thread, identifies and seals on the chunk store's workers, and gives the
/// chunks back in order. A stream shorter than the longest chunk never leaves the calling thread.
///
/// One thread at a time.
class ChunkStream {
public:
    ChunkStream(ChunkStore& chunks, std::uint32_t domain, ChunkProfile profile);

    /// Waits for what is being sealed: the store may close once its streams are gone.
    ~ChunkStream();
    ChunkStream(const ChunkStream&) = delete;
    ChunkStream& operator=(const ChunkStream&) = delete;

    struct Chunk {
        ChunkId id;
        std::uint32_t length_bytes = 0;
        std::uint64_t crc64nvme = 0;
        Bytes record;  // empty if it is stored already
    };

    /// Blocks while more than 1 MiB is being sealed: take() then has something.
    void write(ByteView bytes);

    /// Cuts what is left. The stream is of no further use but for take().
    void finish();

    /// The next chunk. With Wait::no only one that is sealed; with Wait::yes nothing means that
    /// every byte but those of tail() was given. Throws what sealing it threw.
    [[nodiscard]] std::optional<Chunk> take(Wait wait);

    /// Bytes that were not cut yet; valid until the next call.
    [[nodiscard]] ByteView tail() const;

private:
    struct Sealing {
        std::future<Chunk> chunk;
        std::size_t length;
        std::shared_ptr<Bytes> segment;
    };

    [[nodiscard]] std::optional<Chunk> take_sealed(Wait wait);
    [[nodiscard]] std::size_t make_room();
    [[nodiscard]] std::size_t segment_bytes() const;
    void cut_whole_chunks();

    ChunkStore& chunks_;
    const std::uint32_t domain_;
    const Chunker chunker_;
    std::shared_ptr<Bytes> segment_;  // with the tasks that read from it; never grows then
    std::shared_ptr<Bytes> spare_;
    std::size_t begin_ = 0;  // of what is not cut yet
    bool has_cut_ = false;
    std::deque<Sealing> sealing_;
    std::deque<Chunk> ready_;
    std::size_t sealing_bytes_ = 0;
};

}  // namespace alexander
