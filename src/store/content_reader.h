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

/// Throws busy if a content was removed and is about to be deleted.
void check_is_live(const Engine& engine, catalog::ContentId id);

/// Reads any range of a content. Every byte was authenticated; damage throws corrupt.
///
/// It keeps what it reads from being deleted; making one throws busy if it came too late for that.
/// One thread at a time. The next chunk is fetched ahead when reading goes forward.
class ContentReader {
public:
    ContentReader(const Engine& engine, const catalog::Content& content);

    /// For whom has had a session since before it found the content: it is not looked for again.
    ContentReader(const Engine& engine, const catalog::Content& content, SharedSession session);
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

    /// Another session, which keeps the content as well, in place of the one it has.
    void renew_session(SharedSession session);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
