// The one way out for bytes.
#pragma once

#include "store/chunk_store.h"
#include "store/content.h"
#include "store/engine.h"

#include <memory>

namespace alexander {

/// A slice of plaintext that keeps its chunk in memory.
struct Slice {
    std::shared_ptr<const Bytes> chunk;  // nullptr: `bytes` are zeros of a hole
    ByteView bytes;
};

/// Reads any range of a content. Every byte was authenticated; damage throws corrupt.
///
/// One thread at a time. The next chunk is fetched ahead when reading goes forward.
class ContentReader {
public:
    ContentReader(const Engine& engine, const catalog::Content& content);
    ~ContentReader();
    ContentReader(ContentReader&&) noexcept;

    [[nodiscard]] std::uint64_t size_bytes() const;

    /// The bytes at `offset`: at least one and at most `limit` unless at the end, then none.
    [[nodiscard]] Slice read(std::uint64_t offset, std::size_t limit);

    /// Fills `into` from `offset`; returns how many bytes there were.
    std::size_t read_into(std::uint64_t offset, MutableBytes into);

    /// Where the next data or hole begins at or after `offset` (SEEK_DATA, SEEK_HOLE).
    [[nodiscard]] std::optional<std::uint64_t> next_data(std::uint64_t offset);
    [[nodiscard]] std::uint64_t next_hole(std::uint64_t offset);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
