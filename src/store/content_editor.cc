#include "store/content_editor.h"

#include "base/error.h"
#include "store/edit_state.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace alexander {

namespace {

constexpr std::uint64_t max_size = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t max_compared_bytes = 1U << 20U;
constexpr std::size_t random_overwrites_limit = 8;
constexpr std::uint64_t random_overwrites_min_size = 1U << 20U;

std::vector<DraftNode> nodes_of(const catalog::Content& content) {
    return concatenate({&content, 1}).nodes();
}

}  // namespace

EditState::EditState(const Engine& engine_parts,
                     std::uint32_t domain_number,
                     ChunkProfile first_profile,
                     const catalog::Content& content)
    : engine(engine_parts),
      session(engine_parts.begin_session()),
      domain(domain_number),
      profile(first_profile) {
    set_base(nodes_of(content));
    size = base->size_bytes();
    if (size == 0)
        digested = 0;
}

void EditState::set_base(std::vector<DraftNode> nodes) {
    base_nodes = std::move(nodes);
    base = std::make_unique<ContentTree>(engine.chunks, base_nodes);
    base_holes.reset();
    last_chunk.reset();
    // A hole at the end need not be part of the base: what is written there is then an append.
    base_limit = base->size_bytes();
    while (const auto last = base->find_before(base_limit)) {
        if (!last->extent.is_hole())
            break;
        base_limit = last->begin_bytes;
    }
}

std::uint64_t EditState::stream_end() const {
    return stream ? stream_begin + stream->size_bytes() : stream_begin;
}

void EditState::write(std::uint64_t offset, ByteView bytes) {
    if (bytes.size() > max_size || offset > max_size - bytes.size())
        throw Error(ErrorCode::invalid_argument, "a file is at most 2^63 - 1 bytes");
    const ByteView fresh = skip_repeated(offset, bytes);
    offset += bytes.size() - fresh.size();
    if (fresh.empty())
        return;
    const std::uint64_t end = offset + fresh.size();
    is_dirty = true;
    if (!stream && offset >= base_limit && !overlay.touches(offset, end)) {
        const auto before =
            offset == 0 ? overlay.segments().end() : overlay.at_or_after(offset - 1);
        const bool continues =
            offset == base_limit || (before != overlay.segments().end() && before->first < offset);
        // Fixed chunks lie at multiples of their size.
        const bool aligned =
            profile != ChunkProfile::fixed || offset % chunk_sizes(profile).max == 0;
        if (continues && aligned) {
            stream = std::make_unique<StreamWriter>(engine, domain, profile);
            stream_begin = offset;
        }
    }
    if (stream && offset == stream_end() && !overlay.touches(offset, end)) {
        feed(fresh);
    } else {
        note_overwrite(offset, end);
        if (stream && offset < stream_end() && end > stream_begin)
            close_stream();
        overlay.write(offset, fresh);
        forget_digest_from(offset);
    }
    while (stream) {
        const std::optional<Bytes> ahead = overlay.take_memory(stream_end());
        if (!ahead)
            break;
        feed(*ahead);
    }
    last_write_end = end;
    size = std::max(size, end);
}

// The kernel writes whole pages: at the end of a file they begin with bytes that it sent before.
ByteView EditState::skip_repeated(std::uint64_t offset, ByteView bytes) {
    const std::uint64_t end = offset + bytes.size();
    const std::uint64_t known = stream ? stream_end() : base_limit;
    if (offset >= known || known - offset > max_compared_bytes ||
        (stream ? offset < stream_begin : end <= known) || overlay.touches(offset, known))
        return bytes;
    Bytes old(std::min<std::size_t>(bytes.size(), known - offset));
    const std::size_t size_read = read(offset, old);
    if (size_read != old.size() || !std::equal(old.begin(), old.end(), bytes.begin()))
        return bytes;
    return bytes.subspan(old.size());
}

void EditState::feed(ByteView bytes) {
    if (digested && *digested == stream_end()) {
        digest.update(bytes);
        *digested += bytes.size();
    }
    stream->write(bytes);
    stream_tree.reset();
}

void EditState::note_overwrite(std::uint64_t offset, std::uint64_t end) {
    if (end > size || offset == last_write_end || size <= random_overwrites_min_size)
        return;
    if (++random_overwrites >= random_overwrites_limit)
        profile = ChunkProfile::fixed;
}

void EditState::forget_digest_from(std::uint64_t offset) {
    if (digested && offset < *digested)
        digested.reset();
}

void EditState::close_stream() {
    if (!stream)
        return;
    ContentDraft draft = stream->finish();
    stream.reset();
    stream_tree.reset();
    for (SealedRecord& record : draft.records)
        keep(std::move(record));
    pending.insert(pending.end(), draft.pending.begin(), draft.pending.end());
    for (const DraftNode& node : draft.nodes())
        unpinned.insert(unpinned.end(), node.extents.begin(), node.extents.end());
    if (draft.size_bytes() > 0)
        overlay.put_tree(stream_begin,
                         std::make_shared<ContentTree>(engine.chunks, draft.nodes()),
                         EditOverlay::Kind::stored);
}

void EditState::truncate(std::uint64_t new_size) {
    if (new_size > max_size)
        throw Error(ErrorCode::invalid_argument, "a file is at most 2^63 - 1 bytes");
    if (new_size == size)
        return;
    is_dirty = true;
    if (new_size < size) {
        if (stream && stream_begin >= new_size)
            stream.reset();
        else if (stream && stream_end() > new_size)
            close_stream();
        stream_tree.reset();
        overlay.carve(new_size, max_size);
        base_limit = std::min(base_limit, new_size);
        forget_digest_from(new_size);
    }
    if (new_size == 0) {
        static_cast<void>(digest.finish());
        digested = 0;
    }
    size = new_size;
}

void EditState::punch(std::uint64_t begin, std::uint64_t end) {
    end = std::min(end, size);
    if (begin >= end)
        return;
    is_dirty = true;
    if (stream && begin < stream_end() && end > stream_begin)
        close_stream();
    overlay.carve(begin, end);
    if (begin < base_limit)
        overlay.put_hole(begin, std::min(end, base_limit));
    forget_digest_from(begin);
}

ContentEditor::ContentEditor(const Engine& engine,
                             std::uint32_t domain,
                             ChunkProfile profile,
                             const catalog::Content& base,
                             SharedSession session)
    : state_(std::make_unique<EditState>(engine, domain, profile, base)) {
    if (session)
        state_->session = std::move(session);
}

ContentEditor::~ContentEditor() = default;
ContentEditor::ContentEditor(ContentEditor&&) noexcept = default;

std::uint64_t ContentEditor::size_bytes() const {
    return state_->size;
}

ChunkProfile ContentEditor::profile() const {
    return state_->profile;
}

std::size_t ContentEditor::dirty_bytes() const {
    return state_->held_bytes();
}

bool ContentEditor::is_dirty() const {
    return state_->is_dirty;
}

void ContentEditor::write(std::uint64_t offset, ByteView bytes) {
    if (!bytes.empty())
        state_->write(offset, bytes);
}

void ContentEditor::truncate(std::uint64_t size_bytes) {
    state_->truncate(size_bytes);
}

void ContentEditor::punch(std::uint64_t offset, std::uint64_t length) {
    state_->punch(offset,
                  length > max_size - std::min(offset, max_size) ? max_size : offset + length);
}

std::size_t ContentEditor::read(std::uint64_t offset, MutableBytes into) {
    return state_->read(offset, into);
}

std::optional<std::uint64_t> ContentEditor::next_data(std::uint64_t offset) {
    while (offset < state_->size) {
        const EditState::Piece piece = state_->piece_at(offset);
        if (!piece.is_hole)
            return offset;
        offset = piece.end;
    }
    return std::nullopt;
}

std::uint64_t ContentEditor::next_hole(std::uint64_t offset) {
    while (offset < state_->size) {
        const EditState::Piece piece = state_->piece_at(offset);
        if (piece.is_hole)
            return offset;
        offset = piece.end;
    }
    return state_->size;
}

std::uint64_t ContentEditor::allocated_bytes() const {
    return state_->allocated_bytes();
}

void ContentEditor::spill() {
    state_->spill();
}

ContentEditor::Draft ContentEditor::draft(Tail tail) {
    return state_->draft(tail);
}

void ContentEditor::published(const catalog::Content& content) {
    // A later draft may be the base by now.
    if (static_cast<std::uint64_t>(content.size) != state_->base->size_bytes() ||
        content.crc64nvme != state_->drafted_crc64nvme)
        return;
    state_->handed_out.clear();
    const std::uint64_t limit = state_->base_limit;
    state_->set_base(nodes_of(content));
    state_->base_limit = limit;
}

bool ContentEditor::renew_session() {
    return state_->renew_session();
}

}  // namespace alexander
