#include "store/stream_writer.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace alexander {

namespace {

constexpr std::size_t group_limit_bytes = 2U << 20U;
constexpr std::chrono::seconds pin_interval{30};

bool is_ready(const std::future<catalog::CommitSeq>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

StreamWriter::StreamWriter(const Engine& engine, std::uint32_t domain, ChunkProfile profile)
    : engine_(engine),
      session_(engine.begin_session()),
      committer_(engine.committer),
      clock_(engine.clock),
      chunks_(engine.chunks),
      stream_(engine.chunks, domain, profile),
      last_pin_(engine.clock.monotonic()) {}

void StreamWriter::write(ByteView bytes) {
    stream_.write(bytes);
    size_bytes_ += bytes.size();
    take_chunks(Wait::no);
    while (!submitted_.empty() && is_ready(submitted_.front().done))
        wait_for_oldest();
    pin_if_due();
}

void StreamWriter::take_chunks(Wait wait) {
    while (auto chunk = stream_.take(wait))
        add(std::move(*chunk));
}

void StreamWriter::add(ChunkStream::Chunk chunk) {
    Extent extent;
    extent.id = chunk.id;
    extent.length_bytes = chunk.length_bytes;
    extent.crc64nvme = chunk.crc64nvme;
    extents_.push_back(extent);
    // Equal chunks close to each other are sealed side by side: the first one serves both.
    if (!chunk.record.empty() && group_index_.emplace(chunk.id, group_.size()).second) {
        group_bytes_ += chunk.record.size();
        record_bytes_ += chunk.record.size();
        group_.push_back({chunk.id, chunk.length_bytes, std::move(chunk.record)});
    }
    // Behind every page that is committed stay enough extents for a leaf of their own.
    if (extents_.size() >= max_page_entries + min_leaf_extents)
        submit_leaf(max_page_entries);
    else if (group_bytes_ >= group_limit_bytes)
        submit_group();
}

void StreamWriter::submit_group() {
    const std::size_t bytes = std::exchange(group_bytes_, 0);
    group_index_.clear();
    submitted_bytes_ += bytes;
    submitted_.push_back({committer_.submit(Work{std::exchange(group_, {}), {}, {}, chain_}),
                          bytes,
                          false,
                          nullptr});
}

// The first extents as a part of the content.
void StreamWriter::submit_leaf(std::size_t extents) {
    const auto end = extents_.begin() + static_cast<std::ptrdiff_t>(extents);
    std::vector<Extent> leaf(extents_.begin(), end);
    ContentDraft sum;
    for (const Extent& extent : leaf)
        sum.append(extent);
    leaves_.push_back({next_ordinal_, sum.size_bytes(), sum.crc64nvme()});
    extents_.erase(extents_.begin(), end);
    pinned_extents_ = 0;
    submit_page(std::move(leaf), true);
}

void StreamWriter::submit_page(std::vector<Extent> extents, bool is_leaf) {
    if (!pages_)
        pages_ = std::make_shared<PendingPages>(committer_, chain_);
    const std::size_t bytes = std::exchange(group_bytes_, 0);
    group_index_.clear();
    submitted_bytes_ += bytes;
    submitted_.push_back(
        {pages_->add(std::exchange(group_, {}), std::move(extents)), bytes, is_leaf, nullptr});
    leaves_under_way_ += is_leaf ? 1 : 0;
    ++next_ordinal_;
    last_pin_ = clock_.monotonic();
}

void StreamWriter::pin_if_due() {
    if (extents_.size() > pinned_extents_ && clock_.monotonic() - last_pin_ >= pin_interval)
        pin_all();
}

// What was looked up until now is in pages once these are committed; what comes has a session that
// begins here.
void StreamWriter::pin_all() {
    take_chunks(Wait::yes);
    SharedSession next = engine_.begin_session();
    for (std::size_t at = 0; at < extents_.size(); at += max_page_entries) {
        const std::size_t end = std::min(extents_.size(), at + max_page_entries);
        submit_page({extents_.begin() + static_cast<std::ptrdiff_t>(at),
                     extents_.begin() + static_cast<std::ptrdiff_t>(end)},
                    false);
    }
    pinned_extents_ = extents_.size();
    if (!submitted_.empty())
        submitted_.back().session = std::move(next);
}

void StreamWriter::wait_for_oldest() {
    Group oldest = std::move(submitted_.front());
    submitted_.pop_front();
    submitted_bytes_ -= oldest.bytes;
    leaves_under_way_ -= oldest.has_leaf ? 1 : 0;
    std::ignore = oldest.done.get();
    if (oldest.session)
        session_ = std::move(oldest.session);
}

std::vector<DraftNode> StreamWriter::settle() {
    take_chunks(Wait::yes);
    // The ids of pages are known once they are committed.
    while (leaves_under_way_ > 0)
        wait_for_oldest();
    std::vector<DraftNode> nodes;
    for (const Leaf& leaf : leaves_)
        nodes.push_back({pages_->page(leaf.ordinal), 1, leaf.length_bytes, leaf.crc64nvme, {}});
    if (!extents_.empty()) {
        nodes.emplace_back();
        nodes.back().extents = extents_;
    }
    return nodes;
}

ContentDraft StreamWriter::finish() {
    stream_.finish();
    ContentDraft draft;
    for (DraftNode& node : settle())
        draft.append(std::move(node));
    draft.records = std::exchange(group_, {});
    draft.chain = chain_;
    if (pages_)
        draft.pending.push_back(pages_);
    draft.session = session_;
    return draft;
}

std::size_t StreamWriter::held_bytes() const {
    return stream_.tail().size() + group_bytes_ + submitted_bytes_;
}

std::shared_ptr<const Bytes> StreamWriter::read(const Extent& extent) const {
    if (extent.chunk == 0 && extent.id) {
        const auto found = group_index_.find(*extent.id);
        if (found != group_index_.end())
            return chunks_.open(group_[found->second]);
    }
    return chunks_.read(extent);
}

}  // namespace alexander
