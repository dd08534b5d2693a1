// How a ContentEditor hands its bytes on: drafts for the committer, spilled runs for the packs.
#include "catalog/contents.h"
#include "crypto/crc.h"
#include "store/edit_publisher.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace alexander {

namespace {

constexpr std::size_t record_group_bytes = 4U << 20U;
constexpr std::size_t max_small_tail = 16;

void hash_number(Hash& hash, std::uint64_t number) {
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(number >> (8 * i));
    hash.update(bytes);
}

// Different contents give different texts to hash: ids and numbers are never used again.
void hash_extent(Hash& hash, const Extent& extent) {
    hash_number(hash, extent.is_hole() ? 0 : extent.chunk != 0 ? 1 : 2);
    if (extent.chunk == 0 && extent.id)
        hash.update(extent.id->bytes);
    else
        hash_number(hash, static_cast<std::uint64_t>(extent.chunk));
    hash_number(hash, extent.offset_bytes);
    hash_number(hash, extent.length_bytes);
}

void set_structure_etag(ContentEditor::Draft& draft) {
    Hash hash(HashKind::md5);
    for (const DraftNode& node : draft.content.nodes()) {
        if (node.page != 0) {
            hash_number(hash, 3);
            hash_number(hash, static_cast<std::uint64_t>(node.page));
            hash_number(hash, node.length_bytes);
            ++draft.etag_parts;
        }
        for (const Extent& extent : node.extents) {
            hash_extent(hash, extent);
            ++draft.etag_parts;
        }
    }
    const Bytes digest = hash.finish();
    std::copy(digest.begin(), digest.end(), draft.etag.begin());
}

}  // namespace

ContentEditor::Draft EditState::draft(ContentEditor::Tail tail) {
    close_stream();
    EditPublisher publisher(*this);
    ContentDraft content = publisher.join_tail(
        publisher.run(), tail == ContentEditor::Tail::keep ? max_small_tail : 1);
    ContentEditor::Draft result{fold_small_leaves(engine.chunks, std::move(content)), {}, 0};
    if (digested == size) {
        const Bytes md5 = digest.peek();
        std::copy(md5.begin(), md5.end(), result.etag.begin());
    } else {
        set_structure_etag(result);
    }
    overlay.clear();
    set_base(result.content.nodes());
    hand_out(result.content);
    is_dirty = false;
    drafted_crc64nvme = result.content.crc64nvme();
    return result;
}

void EditState::hand_out(ContentDraft& content) {
    std::unordered_set<ChunkId> used;
    for (const DraftNode& node : content.nodes()) {
        for (const Extent& extent : node.extents) {
            if (extent.id)
                used.insert(*extent.id);
        }
    }
    unpinned.clear();
    handed_out.clear();
    for (SealedRecord& record : records) {
        if (used.count(record.id) == 0)
            continue;
        handed_out.emplace(record.id, record);
        content.records.push_back(std::move(record));
    }
    records.clear();
    record_index.clear();
    record_bytes = 0;
    content.session = session;
    content.pending = std::exchange(pending, {});
    if (spilled)
        content.pending.push_back(std::exchange(spilled, nullptr));
}

void EditState::keep(SealedRecord record) {
    if (!record_index.emplace(record.id, records.size()).second)
        return;
    record_bytes += record.bytes.size();
    records.push_back(std::move(record));
    if (record_bytes >= record_group_bytes)
        submit_records();
}

// Nobody waits: if it fails, the commit that names the chunks finds no rows and fails as well.
void EditState::submit_records() {
    std::ignore = engine.committer.submit(Work{std::exchange(records, {}), {}, {}});
    record_index.clear();
    record_bytes = 0;
}

void EditState::spill() {
    close_stream();
    std::vector<Extent> extents;
    std::vector<std::pair<std::uint64_t, ContentDraft>> runs;
    const Chunker chunker(engine.chunks.gear_table(domain), profile);
    for (const auto& [begin, segment] : overlay.segments()) {
        if (segment.kind != EditOverlay::Kind::memory)
            continue;
        if (runs.empty() || runs.back().first + runs.back().second.size_bytes() != begin)
            runs.emplace_back(begin, ContentDraft());
        for (ByteView rest = segment.memory; !rest.empty();) {
            const std::size_t length = chunker.next(rest, End::yes);
            ChunkStore::Stored stored = engine.chunks.store(domain, rest.first(length));
            Extent extent;
            extent.id = stored.id;
            extent.length_bytes = length;
            extent.crc64nvme = crc64nvme(rest.first(length));
            runs.back().second.append(extent);
            extents.push_back(extent);
            if (stored.record)
                keep(std::move(*stored.record));
            rest = rest.subspan(length);
        }
    }
    pin(std::move(extents));
    for (const auto& [begin, run] : runs) {
        const bool is_long = run.size_bytes() >= 8 * max_chunk_size;
        overlay.put_tree(begin,
                         std::make_shared<ContentTree>(engine.chunks, run.nodes()),
                         is_long ? EditOverlay::Kind::stored : EditOverlay::Kind::spilled);
    }
}

// A pending page keeps spilled chunks alive until a draft is committed.
void EditState::pin(std::vector<Extent> extents) {
    extents.insert(extents.end(), unpinned.begin(), unpinned.end());
    if (!spilled)
        spilled = std::make_shared<PendingPages>(engine.committer);
    std::vector<std::future<catalog::CommitSeq>> done;
    for (std::size_t at = 0; at < extents.size(); at += max_page_entries) {
        const std::size_t end = std::min(extents.size(), at + max_page_entries);
        done.push_back(spilled->add(at == 0 ? records : std::vector<SealedRecord>(),
                                    {extents.begin() + static_cast<std::ptrdiff_t>(at),
                                     extents.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
    for (auto& committed : done)
        std::ignore = committed.get();
    unpinned.clear();
    records.clear();
    record_index.clear();
    record_bytes = 0;
}

bool EditState::is_base_live() {
    const auto snapshot = engine.catalog.read();
    const auto is_live = [&](const Extent& extent) {
        if (extent.is_hole())
            return true;
        if (extent.chunk == 0)
            return catalog::find_live_chunk(*snapshot, extent.id->bytes).has_value();
        const auto place = catalog::find_location(*snapshot, extent.chunk);
        return place && place->state != catalog::RowState::condemned;
    };
    return std::ranges::all_of(base_nodes, [&](const DraftNode& node) {
        return node.page != 0 ? catalog::is_live_page(*snapshot, node.page)
                              : std::ranges::all_of(node.extents, is_live);
    });
}

// The new session begins before the look: what is live then stays until it ends.
bool EditState::renew_session() {
    const bool is_settled = !is_dirty && !stream && records.empty() && pending.empty() &&
                            !spilled && unpinned.empty() && overlay.segments().empty();
    if (!is_settled)
        return false;
    SharedSession next = engine.begin_session();
    if (!is_base_live())
        return false;
    session = std::move(next);
    return true;
}

}  // namespace alexander
