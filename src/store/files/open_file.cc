#include "store/files/open_file.h"

#include "base/error.h"
#include "catalog/contents.h"
#include "store/content_tree.h"

#include <algorithm>
#include <tuple>

namespace alexander::files {

FileContents::FileContents(const Engine& engine,
                           std::uint32_t domain,
                           ChunkProfile profile,
                           const catalog::Content& base,
                           SharedSession session)
    : engine_(engine),
      domain_(domain),
      profile_(profile),
      base_(base),
      session_(std::move(session)) {}

std::uint64_t FileContents::size_bytes() const {
    return editor_ ? editor_->size_bytes() : static_cast<std::uint64_t>(base_.size);
}

std::int64_t FileContents::allocated_bytes() const {
    return editor_ ? static_cast<std::int64_t>(editor_->allocated_bytes()) : -1;
}

ContentEditor& FileContents::edit() {
    if (!editor_) {
        editor_ = std::make_unique<ContentEditor>(engine_, domain_, profile_, base_, session_);
        reader_.reset();
        session_.reset();  // the editor renews its own
    }
    return *editor_;
}

ContentReader& FileContents::reader() {
    if (!reader_)
        reader_ = std::make_unique<ContentReader>(engine_, base_, session_);
    return *reader_;
}

void FileContents::changed() {
    last_change_ = engine_.clock.monotonic();
    if (!dirty_)
        dirty_since_ = last_change_;
    dirty_ = true;
}

std::size_t FileContents::read(std::uint64_t offset, MutableBytes into) {
    if (editor_)
        return editor_->read(offset, into);
    if (base_.id == 0)
        return 0;
    return reader().read_into(offset, into);
}

void FileContents::write(std::uint64_t offset, ByteView bytes) {
    edit().write(offset, bytes);
    changed();
}

void FileContents::truncate(std::uint64_t size_bytes) {
    if (size_bytes == this->size_bytes())
        return;
    edit().truncate(size_bytes);
    changed();
}

void FileContents::punch(std::uint64_t offset, std::uint64_t length) {
    edit().punch(offset, length);
    changed();
}

SharedRange FileContents::share(std::uint64_t offset, std::uint64_t length) {
    if (editor_)
        return editor_->share(offset, length);
    ContentTree tree(engine_.chunks, base_);
    return share_range(
        tree,
        {offset, offset + length},
        [&](const Extent& extent) { return engine_.chunks.read(extent); },
        session_);
}

void FileContents::put(std::uint64_t offset, const SharedRange& range) {
    edit().put(offset, range);
    changed();
}

std::optional<std::uint64_t> FileContents::next_data(std::uint64_t offset) {
    if (editor_)
        return editor_->next_data(offset);
    if (base_.id == 0)
        return std::nullopt;
    return reader().next_data(offset);
}

std::uint64_t FileContents::next_hole(std::uint64_t offset) {
    if (editor_)
        return editor_->next_hole(offset);
    if (base_.id == 0)
        return offset;
    return reader().next_hole(offset);
}

std::size_t FileContents::dirty_bytes() const {
    return editor_ ? editor_->dirty_bytes() : 0;
}

void FileContents::spill() {
    if (editor_)
        editor_->spill();
}

FileContents::Draft FileContents::draft() {
    ContentEditor::Draft made = edit().draft();
    Draft draft;
    draft.content = std::move(made.content);
    draft.etag = Etag{made.etag, made.etag_parts};
    draft.profile = static_cast<std::uint8_t>(editor_->profile());
    return draft;
}

void FileContents::published(std::shared_ptr<const Publication> publication) {
    dirty_ = false;
    session_publication_ = publication;
    publication_ = std::move(publication);
}

void FileContents::settle(QueueNumber durable) {
    if (!publication_ || publication_->number > durable)
        return;
    const catalog::ContentId id = std::exchange(publication_, nullptr)->object.content;
    if (!editor_ || id == 0)
        return;  // 0: it was withdrawn, or has no bytes
    if (const auto content = catalog::find_content(*engine_.catalog.read(), id))
        editor_->published(*content);
}

void FileContents::renew_session() {
    if (editor_) {
        if (!dirty_)
            std::ignore = editor_->renew_session();  // if not: what it had stays
        return;
    }
    if (!session_)
        return;
    SharedSession next = engine_.begin_session();
    try {
        if (base_.id != 0)
            check_is_live(engine_, base_.id);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::busy)
            throw;
        return;  // removed, but open here: the old session keeps it
    }
    session_ = std::move(next);
    if (reader_)
        reader_->renew_session(session_);
}

}  // namespace alexander::files
