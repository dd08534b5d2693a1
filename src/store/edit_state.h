// What a ContentEditor is made of; included by its sources only.
#pragma once

#include "crypto/hash.h"
#include "store/content_editor.h"
#include "store/edit_overlay.h"
#include "store/stream_writer.h"

#include <future>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace alexander {

/// The file is, at each offset below `size`: the overlay's segment, else the stream, else the base
/// below `base_limit`, else a hole. The stream and the overlay never overlap.
struct EditState {
    EditState(const Engine& engine_parts,
              std::uint32_t domain_number,
              ChunkProfile first_profile,
              const catalog::Content& content);

    // Where one thing ends and whether it is a hole; never beyond `size`.
    struct Piece {
        std::uint64_t end;
        bool is_hole;
    };

    void write(std::uint64_t offset, ByteView bytes);
    void truncate(std::uint64_t new_size);
    void punch(std::uint64_t begin, std::uint64_t end);
    void put(std::uint64_t offset, const SharedRange& range);
    std::size_t read(std::uint64_t offset, MutableBytes into);
    [[nodiscard]] Piece piece_at(std::uint64_t offset);
    [[nodiscard]] std::uint64_t allocated_bytes();
    [[nodiscard]] std::size_t held_bytes() const;
    void spill();
    [[nodiscard]] ContentEditor::Draft draft(ContentEditor::Tail tail);

    // Writing.
    [[nodiscard]] std::uint64_t stream_end() const;
    [[nodiscard]] ByteView skip_repeated(std::uint64_t offset, ByteView bytes);
    void feed(ByteView bytes);
    void close_stream();
    void note_overwrite(std::uint64_t offset, std::uint64_t end);
    void forget_digest_from(std::uint64_t offset);

    // Reading.
    [[nodiscard]] std::shared_ptr<const Bytes> chunk_of(const Extent& extent);
    std::size_t read_tree(ContentTree& tree, std::uint64_t offset, MutableBytes into);
    std::size_t read_stream(std::uint64_t offset, MutableBytes into);

    // Storing.
    void keep(SealedRecord record);
    void submit_records();
    void hand_out(ContentDraft& content);
    void pin(std::vector<Extent> extents);
    void set_base(std::vector<DraftNode> nodes);
    [[nodiscard]] bool renew_session();
    [[nodiscard]] bool is_base_live();

    const Engine& engine;
    SharedSession session;  // since before the oldest look-up that only this knows of
    const std::uint32_t domain;
    ChunkProfile profile;
    std::uint64_t size = 0;
    bool is_dirty = false;

    std::vector<DraftNode> base_nodes;
    std::unique_ptr<ContentTree> base;
    std::uint64_t base_limit = 0;
    std::uint64_t drafted_crc64nvme = 0;  // of the base, if it is a draft

    std::optional<std::vector<ByteRun>> base_holes;

    EditOverlay overlay;
    std::unique_ptr<StreamWriter> stream;
    std::uint64_t stream_begin = 0;
    std::unique_ptr<ContentTree> stream_tree;  // of what was cut of it when last read

    // Records that no Work carries, and those that the last draft took along: it may not be
    // submitted yet when they are read.
    std::vector<SealedRecord> records;
    std::unordered_map<ChunkId, std::size_t> record_index;
    std::size_t record_bytes = 0;
    std::unordered_map<ChunkId, SealedRecord> handed_out;
    std::vector<std::shared_ptr<PendingPages>> pending;
    std::shared_ptr<PendingPages> spilled;
    std::vector<Extent> unpinned;  // of closed streams: nothing keeps their chunks alive yet

    // MD5 of [0, digested), as long as it was written in sequence.
    Hash digest{HashKind::md5};
    std::optional<std::uint64_t> digested;

    std::uint64_t last_write_end = 0;
    std::size_t random_overwrites = 0;

    // The chunk that was read last, its bytes checked against the extent.
    Extent last_extent;
    std::shared_ptr<const Bytes> last_chunk;
};

}  // namespace alexander
