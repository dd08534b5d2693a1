// A content under change: what the mount's open files are made of.
#pragma once

#include "store/content_reader.h"
#include "store/content_writer.h"

#include <memory>

namespace alexander {

struct EditState;
struct SharedRange;

/// A base content, changed in memory: writes, holes, a new size. Publishing re-chunks what was
/// changed (from the chunk before, to where cuts realign, at most 8 chunks) and shares the rest.
///
/// One thread at a time. Memory is bounded by the caller: dirty_bytes() says how much is held,
/// spill() moves it into packs. Sequential writes are chunked and stored as they come.
class ContentEditor {
public:
    /// `base` 0-size for a new file. `profile` is the file's; it becomes `fixed` for good once the
    /// file is overwritten at random (see profile()).
    /// `session` has kept the base since before it was found; none: nothing else may remove it.
    ContentEditor(const Engine& engine,
                  std::uint32_t domain,
                  ChunkProfile profile,
                  const catalog::Content& base,
                  SharedSession session = nullptr);
    ~ContentEditor();
    ContentEditor(ContentEditor&&) noexcept;

    [[nodiscard]] std::uint64_t size_bytes() const;

    [[nodiscard]] ChunkProfile profile() const;

    /// Bytes held in memory until the next draft or spill.
    [[nodiscard]] std::size_t dirty_bytes() const;

    /// True if anything differs from what the last draft() or the base says.
    [[nodiscard]] bool is_dirty() const;

    void write(std::uint64_t offset, ByteView bytes);

    /// Shorter cuts, longer adds a hole.
    void truncate(std::uint64_t size_bytes);

    /// Makes a range a hole; the size stays.
    void punch(std::uint64_t offset, std::uint64_t length);

    /// A range of what the base or the last draft says. Nothing may be dirty.
    [[nodiscard]] SharedRange share(std::uint64_t offset, std::uint64_t length);

    /// Puts the range, of a content of the same domain, at `offset`: its chunks are named once
    /// more, not copied. They must be stored, or on their way to the committer.
    void put(std::uint64_t offset, const SharedRange& range);

    std::size_t read(std::uint64_t offset, MutableBytes into);
    [[nodiscard]] std::optional<std::uint64_t> next_data(std::uint64_t offset);
    [[nodiscard]] std::uint64_t next_hole(std::uint64_t offset);

    /// Bytes allocated (not holes), for st_blocks. Holes of the base beyond its first 65,536
    /// extents count as allocated.
    [[nodiscard]] std::uint64_t allocated_bytes() const;

    /// Stores dirty data in packs without a content naming it: memory is free afterwards. Waits for
    /// the disk. Throws no_space, device_error or read_only; the data is then still in memory.
    void spill();

    struct Draft {
        ContentDraft content;
        // MD5 of the bytes if they were written in sequence from 0, else of what the content is
        // made of: (id or number, offset, length) of its extents and pages, holes included.
        std::array<std::byte, 16> etag;
        std::int64_t etag_parts = 0;  // 0 for a plain MD5, else at least 1
    };

    enum class Tail : std::uint8_t {
        keep,     // many small appends in a row are joined only once they are more than 16
        rechunk,  // they are joined now: for a file that has been idle
    };

    /// Everything written so far as a content; the editor goes on from there. The draft's `records`
    /// must be submitted, in the Work that commits it, before the next draft() or spill().
    [[nodiscard]] Draft draft(Tail tail = Tail::keep);

    /// Optional: says that the last draft was committed as `content`, so that its pages are found
    /// by number from now on and nothing of the draft stays in memory.
    void published(const catalog::Content& content);

    /// Lets garbage collection go on past what was opened long ago, if nothing depends on it: true
    /// if nothing is dirty and all that the content is made of is live in the catalog.
    [[nodiscard]] bool renew_session();

private:
    std::unique_ptr<EditState> state_;
};

}  // namespace alexander
