// How a ContentEditor takes over what another content has.
#include "base/error.h"
#include "store/edit_state.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace alexander {

namespace {

constexpr std::uint64_t max_size = std::numeric_limits<std::int64_t>::max();

}  // namespace

void EditState::put(std::uint64_t offset, const SharedRange& range) {
    const std::uint64_t length = range.content.size_bytes();
    if (length > max_size || offset > max_size - length)
        throw Error(ErrorCode::invalid_argument, "a file is at most 2^63 - 1 bytes");
    if (length == 0)
        return;
    const std::uint64_t end = offset + length;
    is_dirty = true;
    session = older(session, range.session);
    if (stream && offset < stream_end() && end > stream_begin)
        close_stream();
    auto tree = std::make_shared<ContentTree>(engine.chunks, range.content.nodes());
    std::vector<ByteRun> holes = holes_of(*tree);
    overlay.put_tree(
        offset,
        std::move(tree),
        EditOverlay::Kind::stored,
        holes.empty() ? nullptr : std::make_shared<const std::vector<ByteRun>>(std::move(holes)));
    forget_digest_from(offset);
    last_write_end = end;
    size = std::max(size, end);
}

SharedRange ContentEditor::share(std::uint64_t offset, std::uint64_t length) {
    EditState& state = *state_;
    assert(!state.is_dirty && offset <= state.size && length <= state.size - offset);
    return share_range(
        *state.base,
        {offset, offset + length},
        [&](const Extent& extent) { return state.chunk_of(extent); },
        state.session);
}

void ContentEditor::put(std::uint64_t offset, const SharedRange& range) {
    state_->put(offset, range);
}

}  // namespace alexander
