// The one way in for bytes.
#pragma once

#include "store/chunk_store.h"
#include "store/content.h"
#include "store/engine.h"

#include <memory>

namespace alexander {

/// Chunks, seals and stores a stream; what is not finished leaves nothing that can be seen.
///
/// One thread at a time. Records go to the committer as they fill, at most `in_flight_bytes` of
/// them unwritten; every 1,024 extents (or 30 s) a leaf is committed as a pending page.
class ContentWriter {
public:
    ContentWriter(const Engine& engine, std::uint32_t domain, ChunkProfile profile);
    ~ContentWriter();
    ContentWriter(ContentWriter&&) noexcept;

    /// Throws no_space, device_error or read_only; the writer is then of no further use.
    void write(ByteView bytes);

    [[nodiscard]] std::uint64_t size_bytes() const;

    /// Of records that were made so far: what was not stored before.
    [[nodiscard]] std::uint64_t record_bytes() const;

    /// Cuts the last chunk and hands over what was written. Call once.
    [[nodiscard]] ContentDraft finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
