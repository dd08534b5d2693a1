// How what a ContentEditor holds becomes the extents of a content; included by its sources only.
#pragma once

#include "store/edit_state.h"

namespace alexander {

/// Chunks what was changed anew, from the chunk that holds the first changed byte to where the new
/// cuts fall on old ones, and shares the rest. For one draft; the stream of the editor is closed.
class EditPublisher {
public:
    explicit EditPublisher(EditState& state)
        : s_(state),
          chunker_(state.engine.chunks.gear_table(state.domain), state.profile),
          source_([&state](const Extent& extent) { return state.chunk_of(extent); }) {}

    /// The whole file. New records are kept by the editor.
    [[nodiscard]] ContentDraft run();

    /// The draft with its small extents at the end joined, if they are more than `limit`.
    [[nodiscard]] ContentDraft join_tail(ContentDraft draft, std::size_t limit);

private:
    // How far data that may be chunked anew goes on, at most a little further than asked for.
    struct Reach {
        std::uint64_t end;
        bool is_end;  // a hole, a stored run or the end of the file follows
    };

    [[nodiscard]] bool is_fixed() const { return s_.profile == ChunkProfile::fixed; }

    void copy_base(std::uint64_t until);
    void add_hole(std::uint64_t length);
    void add_chunk(ContentDraft& draft, ByteView bytes);
    [[nodiscard]] std::uint64_t start_before(std::uint64_t dirty);
    [[nodiscard]] Reach reach(std::uint64_t from, std::uint64_t enough);
    [[nodiscard]] std::uint64_t dirty_until(std::uint64_t known, std::uint64_t at);
    void rechunk(std::uint64_t dirty_end);
    void next_chunk(std::uint64_t forced_cut);
    [[nodiscard]] bool is_old_cut(std::uint64_t offset);

    EditState& s_;
    const Chunker chunker_;
    const ChunkSource source_;
    ContentDraft out_;
    std::uint64_t at_ = 0;  // what is before is in out_
    Bytes window_;          // bytes at at_, while chunking
};

}  // namespace alexander
