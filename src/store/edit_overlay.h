// What was changed of a file and lies over its base content: runs of bytes by offset.
#pragma once

#include "store/content_tree.h"

#include <cstdint>
#include <map>
#include <memory>

namespace alexander {

/// One thread at a time. Segments never overlap; where there is none, the base shows.
class EditOverlay {
public:
    enum class Kind : std::uint8_t {
        memory,  // written, not stored
        hole,
        spilled,  // stored to free memory: still to be chunked together with what is beside it
        stored,   // chunked and stored: part of the next content as it is
    };

    struct Segment {
        std::uint64_t end_bytes = 0;
        Kind kind = Kind::hole;
        Bytes memory;
        std::shared_ptr<ContentTree> tree;  // shared by the pieces of a segment that was split
        std::uint64_t origin_bytes = 0;     // of the tree's first byte
        std::shared_ptr<const std::vector<ByteRun>> holes;  // of the tree, if it has any

        [[nodiscard]] bool is_dirty() const {
            return kind == Kind::memory || kind == Kind::spilled;
        }
    };

    using Segments = std::map<std::uint64_t, Segment>;

    [[nodiscard]] const Segments& segments() const { return segments_; }

    /// The first segment that ends after `offset`.
    [[nodiscard]] Segments::const_iterator at_or_after(std::uint64_t offset) const;

    /// True if a segment has a byte in [begin, end).
    [[nodiscard]] bool touches(std::uint64_t begin, std::uint64_t end) const;

    void write(std::uint64_t offset, ByteView bytes);

    /// Replaces [begin, end) by a hole, or by the tree whose first byte is at `begin`.
    void put_hole(std::uint64_t begin, std::uint64_t end);
    void put_tree(std::uint64_t begin,
                  std::shared_ptr<ContentTree> tree,
                  Kind kind,
                  std::shared_ptr<const std::vector<ByteRun>> holes = nullptr);

    /// Takes the segment that begins at `offset` and is in memory out; nothing if there is none.
    [[nodiscard]] std::optional<Bytes> take_memory(std::uint64_t offset);

    /// Removes what is in [begin, end).
    void carve(std::uint64_t begin, std::uint64_t end);
    void clear();

    [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }

private:
    void put(std::uint64_t begin, Segment segment);
    void split(std::uint64_t offset);

    Segments segments_;
    std::size_t memory_bytes_ = 0;
};

}  // namespace alexander
