// What ContentWriter and ContentEditor write streams with: chunks on their way to the committer.
#pragma once

#include "store/chunk_stream.h"
#include "store/content.h"
#include "store/engine.h"
#include "store/pending_pages.h"

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <unordered_map>
#include <vector>

namespace alexander {

/// Records go to the committer in groups of 2 MiB; its queue is the bound on what all streams of
/// the process have unwritten. Leaves of 1,024 extents are committed as pending pages, and every
/// 30 s what there is beside them.
///
/// One thread at a time. Whatever fails is thrown by the next call, and by every one after it the
/// writer is of no use.
class StreamWriter {
public:
    StreamWriter(const Engine& engine, std::uint32_t domain, ChunkProfile profile);

    void write(ByteView bytes);

    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

    /// Of the records that were made so far: what was not stored yet.
    [[nodiscard]] std::uint64_t record_bytes() const { return record_bytes_; }

    /// Cuts the last chunk; the draft has everything, with the records of the last group.
    [[nodiscard]] ContentDraft finish();

    /// Bytes kept in memory: not cut, or not yet given to the committer.
    [[nodiscard]] std::size_t held_bytes() const;

    /// Waits until every cut chunk is sealed (and every leaf committed), and returns what they are;
    /// the bytes after them are tail().
    [[nodiscard]] std::vector<DraftNode> settle();

    [[nodiscard]] ByteView tail() const { return stream_.tail(); }

    /// A chunk of this stream or, once the committer has it, of the store.
    [[nodiscard]] std::shared_ptr<const Bytes> read(const Extent& extent) const;

private:
    struct Group {
        std::future<catalog::CommitSeq> done;
        std::size_t bytes;
        bool has_leaf;
        SharedSession session;  // begun when everything before was put into pages, else none
    };

    struct Leaf {
        std::size_t ordinal;
        std::uint64_t length_bytes;
        std::uint64_t crc64nvme;
    };

    void take_chunks(Wait wait);
    void add(ChunkStream::Chunk chunk);
    void submit_group();
    void submit_leaf(std::size_t extents);
    void submit_page(std::vector<Extent> extents, bool is_leaf);
    void pin_if_due();
    void pin_all();
    void wait_for_oldest();

    const Engine& engine_;
    SharedSession session_;  // since before the oldest look-up that no committed page covers
    Committer& committer_;
    Clock& clock_;
    ChunkStore& chunks_;
    ChunkStream stream_;
    std::uint64_t size_bytes_ = 0;
    std::uint64_t record_bytes_ = 0;
    std::vector<Extent> extents_;  // after those in leaves_
    std::vector<Leaf> leaves_;
    std::vector<SealedRecord> group_;
    std::unordered_map<ChunkId, std::size_t> group_index_;
    std::size_t group_bytes_ = 0;
    std::shared_ptr<WorkChain> chain_ = std::make_shared<WorkChain>();
    std::deque<Group> submitted_;
    std::size_t submitted_bytes_ = 0;
    std::shared_ptr<PendingPages> pages_;
    std::size_t next_ordinal_ = 0;
    std::size_t leaves_under_way_ = 0;
    std::chrono::nanoseconds last_pin_;
    std::size_t pinned_extents_ = 0;
};

}  // namespace alexander
