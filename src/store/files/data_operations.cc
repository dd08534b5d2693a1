#include "store/files/data_operations.h"

#include "base/error.h"
#include "base/logging.h"
#include "store/content_tree.h"
#include "store/files/access_checks.h"
#include "store/files/protection.h"
#include "store/files/tree_operation.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::size_t copy_step = std::size_t{1} << 20;
constexpr std::size_t copy_limit = std::size_t{64} << 20;
constexpr std::size_t least_shared = std::size_t{1} << 20;  // less is copied: it reads in one piece
constexpr std::size_t most_shared = std::size_t{2} << 30U;  // what one answer to the kernel can say
constexpr std::uint64_t size_limit = std::uint64_t{1} << 62;

void check_size(std::uint64_t size) {
    if (size > size_limit)
        throw Error(ErrorCode::invalid_argument, "the file would be too large", EFBIG);
}

void check_open(TreeView& view, KnownInode& known, OpenFor purpose) {
    if (purpose != OpenFor::writing)
        check_inode(view, known, Action::get_object);
    if (purpose != OpenFor::reading)
        check_inode(view, known, Action::put_object);
}

}  // namespace

DataOperations::Pin DataOperations::pin_for(OpenFor purpose) {
    return purpose == OpenFor::reading ? Pin::handle : Pin::writer;
}

std::shared_ptr<OpenFile> DataOperations::file(catalog::Ino ino,
                                               Pin pin,
                                               std::optional<OpenFor> asked) {
    auto state = core_.state.lock();
    // Before the view takes over what has changed: what it finds in use stays from here on.
    SharedSession session = state->files.count(ino) != 0 ? nullptr : core_.engine.begin_session();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    if (is_marker(ino) && pin == Pin::writer)
        throw Error(ErrorCode::not_permitted, "the body of a directory's object is not a file");
    if (known.inode.kind == catalog::FileKind::directory)
        throw Error(ErrorCode::is_a_directory, "inode " + std::to_string(ino));
    if (known.inode.kind != catalog::FileKind::regular)
        throw Error(ErrorCode::invalid_argument, "inode " + std::to_string(ino) + " has no bytes");
    if (asked)
        check_open(view, known, *asked);
    if (pin == Pin::writer)
        check_unlocked(view, known.inode);
    std::shared_ptr<OpenFile>& found = state->files[ino];
    if (!found) {
        try {
            check_readable(view, known.inode);
            const catalog::Bucket* bucket = view.bucket_of(known);
            found =
                std::make_shared<OpenFile>(core_.engine,
                                           ino,
                                           bucket == nullptr ? 0 : bucket->domain,
                                           static_cast<ChunkProfile>(known.inode.object.profile),
                                           view.content_of(known),
                                           std::move(session));
        } catch (const Error&) {
            state->files.erase(ino);
            throw;
        }
    }
    known.handles += pin == Pin::none ? 0 : 1;
    known.writers += pin == Pin::writer ? 1 : 0;
    return found;
}

void DataOperations::unpin(catalog::Ino ino, Pin pin) {
    bool is_unused_orphan = false;
    {
        auto state = core_.state.lock();
        KnownInode* known = state->names.find_inode(ino);
        if (known == nullptr)
            return;
        known->handles -= pin == Pin::none ? 0 : 1;
        known->writers -= pin == Pin::writer ? 1 : 0;
        is_unused_orphan = known->orphan && known->handles == 0;
    }
    if (is_unused_orphan)
        drop_orphan(ino);
    else
        reap(ino);
}

void DataOperations::drop_orphan(catalog::Ino ino) {
    const auto plan = [&](Operation& operation) {
        const KnownInode& known = operation.view.inode(ino);
        if (known.handles > 0 || !known.orphan)
            return;
        if (known.held) {
            operation.add(HoldInode{ino, false});
            operation.add(DropInode{ino});
        }
        if (!known.in_catalog && known.inode.object.content != 0)
            operation.add(HoldContent{known.inode.object.content, false});
    };
    std::ignore = change(core_, ino, plan, [&](TreeView& view) {
        const KnownInode* known = view.state().names.find_inode(ino);
        const auto open = view.state().files.find(ino);
        if (open != view.state().files.end() && (known == nullptr || known->handles == 0)) {
            dirty_bytes_ -= open->second->counted_dirty_bytes.exchange(0);
            view.state().files.erase(open);
        }
        view.forget_if_unused(ino);
        return true;
    });
}

std::shared_ptr<OpenFile> DataOperations::find_open(catalog::Ino ino) {
    auto state = core_.state.lock();
    const auto found = state->files.find(ino);
    return found == state->files.end() ? nullptr : found->second;
}

// Who comes between looks and locks keeps the file: publish_resting() asks again every second.
void DataOperations::reap(catalog::Ino ino) {
    const std::shared_ptr<OpenFile> last = find_open(ino);  // may hold much memory: ends unlocked
    if (!last)
        return;
    auto contents = last->lock();
    if (contents->is_dirty())
        return;
    auto state = core_.state.lock();
    const auto found = state->files.find(ino);
    const KnownInode* known = state->names.find_inode(ino);
    if (found == state->files.end() || found->second != last ||
        (known != nullptr && known->handles > 0))
        return;
    const bool is_published = known == nullptr || !known->publication ||
                              known->publication->number <= core_.queue.durable();
    constexpr long ours_and_the_tables = 2;
    if (!is_published || last.use_count() > ours_and_the_tables)
        return;
    dirty_bytes_ -= last->counted_dirty_bytes.exchange(0);
    state->files.erase(found);
}

void DataOperations::open(catalog::Ino ino, OpenFor purpose) {
    std::ignore = file(ino, pin_for(purpose), purpose);
}

void DataOperations::open_new(catalog::Ino ino, OpenFor purpose) {
    std::ignore = file(ino, pin_for(purpose));
}

void DataOperations::release(catalog::Ino ino, OpenFor purpose) noexcept {
    try {
        std::ignore = publish(*file(ino, Pin::none));
    } catch (const Error& error) {
        core_.engine.log.error("mount",
                               std::string("unpublished data of a closed file: ") + error.what());
    }
    try {
        unpin(ino, pin_for(purpose));
        if (pin_for(purpose) == Pin::writer)
            end_write_session(ino);
    } catch (const Error& error) {
        core_.engine.log.error("mount", std::string("release: ") + error.what());
    }
}

Bytes DataOperations::read(catalog::Ino ino, std::uint64_t offset, std::size_t size) {
    const std::shared_ptr<OpenFile> open = file(ino, Pin::none);
    auto contents = open->lock();
    const std::uint64_t end = contents->size_bytes();
    if (offset >= end)
        return {};
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, end - offset)));
    bytes.resize(contents->read(offset, bytes));
    return bytes;
}

void DataOperations::note_change(FileContents& contents, catalog::Ino ino, bool changes_times) {
    const Timestamp now = core_.engine.clock.now();
    auto state = core_.state.lock();
    KnownInode* known = state->names.find_inode(ino);
    if (known == nullptr)
        return;
    known->inode.object.size = static_cast<std::int64_t>(contents.size_bytes());
    known->allocated_bytes = contents.allocated_bytes();
    if (changes_times)
        known->inode.mtime = known->inode.ctime = now;
}

void DataOperations::limit_memory(OpenFile& file, FileContents& contents) {
    const auto limit = static_cast<std::int64_t>(core_.options.dirty_limit_bytes);
    const auto count = [&] {
        const auto held = static_cast<std::int64_t>(contents.dirty_bytes());
        return dirty_bytes_ += held - file.counted_dirty_bytes.exchange(held);
    };
    if (count() <= limit)
        return;
    contents.spill();
    std::ignore = count();
}

void DataOperations::spill_others(const OpenFile& except) {
    for (const std::shared_ptr<OpenFile>& other : open_files()) {
        if (other.get() == &except || other->counted_dirty_bytes == 0)
            continue;
        auto contents = other->lock();
        contents->spill();
        const auto held = static_cast<std::int64_t>(contents->dirty_bytes());
        dirty_bytes_ += held - other->counted_dirty_bytes.exchange(held);
    }
}

void DataOperations::end_write_session(catalog::Ino ino) {
    const std::shared_ptr<OpenFile> open = find_open(ino);
    if (open && !has_writers(ino))
        open->lock()->end_write_session();
}

void DataOperations::write(catalog::Ino ino, std::uint64_t offset, ByteView bytes) {
    core_.queue.check();
    if (bytes.empty())
        return;
    check_size(offset + bytes.size());
    const std::shared_ptr<OpenFile> open = file(ino, Pin::none);
    {
        auto contents = open->lock();
        contents->write(offset, bytes);
        note_change(*contents, ino, !core_.options.kernel_keeps_times);
        limit_memory(*open, *contents);
    }
    if (dirty_bytes_ > static_cast<std::int64_t>(core_.options.dirty_limit_bytes))
        spill_others(*open);
}

bool DataOperations::has_writers(catalog::Ino ino) {
    auto state = core_.state.lock();
    const KnownInode* known = state->names.find_inode(ino);
    return known != nullptr && known->writers > 0;
}

void DataOperations::check_may_change(catalog::Ino ino, ByHandle by_handle) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    if (by_handle == ByHandle::no)
        check_inode(view, known, Action::put_object);
    check_unlocked(view, known.inode);
}

void DataOperations::truncate(catalog::Ino ino, std::uint64_t size_bytes, ByHandle by_handle) {
    core_.queue.check();
    check_size(size_bytes);
    if (is_marker(ino))
        throw Error(ErrorCode::not_permitted, "the body of a directory's object is not a file");
    check_may_change(ino, by_handle);
    const std::shared_ptr<OpenFile> open = file(ino, Pin::none);
    bool is_dirty = false;
    {
        auto contents = open->lock();
        contents->truncate(size_bytes);
        note_change(*contents, ino, true);
        limit_memory(*open, *contents);
        is_dirty = contents->is_dirty();
    }
    if (is_dirty && !has_writers(ino))
        std::ignore = publish(*open);
    if (!is_dirty)
        store_times(ino);
}

// Of a file whose bytes are what they were: no publish will carry them.
void DataOperations::store_times(catalog::Ino ino) {
    std::ignore = change(
        core_,
        ino,
        [&](Operation& operation) {
            KnownInode& known = operation.view.inode(ino);
            operation.put_inode(known, known.inode);
        },
        [](TreeView&) { return true; });
}

void DataOperations::allocate(catalog::Ino ino,
                              Allocate mode,
                              std::uint64_t offset,
                              std::uint64_t length) {
    core_.queue.check();
    const std::uint64_t end = offset + length;
    check_size(end);
    check_may_change(ino, ByHandle::yes);
    const std::shared_ptr<OpenFile> open = file(ino, Pin::none);
    bool is_dirty = false;
    {
        auto contents = open->lock();
        const std::uint64_t size = contents->size_bytes();
        const bool makes_holes = mode == Allocate::punch_hole || mode == Allocate::zero_range;
        if (makes_holes && offset < size)
            contents->punch(offset, std::min(end, size) - offset);
        if ((mode == Allocate::grow || mode == Allocate::zero_range) && end > size)
            contents->truncate(end);
        note_change(*contents, ino, true);
        is_dirty = contents->is_dirty();
    }
    if (!is_dirty)
        store_times(ino);
}

std::optional<std::uint64_t> DataOperations::seek_data(catalog::Ino ino, std::uint64_t offset) {
    const std::shared_ptr<OpenFile> open = file(ino, Pin::none);
    auto contents = open->lock();
    if (offset >= contents->size_bytes())
        return std::nullopt;
    return contents->next_data(offset);
}

std::optional<std::uint64_t> DataOperations::seek_hole(catalog::Ino ino, std::uint64_t offset) {
    const std::shared_ptr<OpenFile> open = file(ino, Pin::none);
    auto contents = open->lock();
    if (offset >= contents->size_bytes())
        return std::nullopt;
    return contents->next_hole(offset);
}

// By bytes when the source is changed meanwhile or has no name, so that it cannot be published.
std::size_t DataOperations::share(const Range& from, const Range& to, std::size_t length) {
    const std::shared_ptr<OpenFile> source = file(from.ino, Pin::none);
    const std::shared_ptr<OpenFile> target = file(to.ino, Pin::none);
    if (source->domain() != target->domain())
        return 0;
    {
        const std::uint64_t end = source->lock()->size_bytes();
        if (end < from.offset + least_shared)
            return 0;
        length = std::min<std::uint64_t>(length, end - from.offset);
    }
    if (const QueueNumber published = publish(*source))
        core_.queue.wait(published);  // then it is made of pages, which are shared whole
    SharedRange range;
    {
        auto contents = source->lock();
        contents->settle(core_.queue.durable());
        if (contents->is_dirty() || contents->size_bytes() < from.offset + length)
            return 0;
        range = contents->share(from.offset, length);
    }
    auto contents = target->lock();
    contents->put(to.offset, range);
    note_change(*contents, to.ino, !core_.options.kernel_keeps_times);
    limit_memory(*target, *contents);
    return length;
}

std::size_t DataOperations::copy(const Range& from, const Range& to, std::size_t length) {
    core_.queue.check();
    length = std::min(length, most_shared);
    check_size(to.offset + length);
    if (length >= least_shared)
        if (const std::size_t shared = share(from, to, length))
            return shared;
    const std::size_t wanted = std::min(length, copy_limit);
    std::size_t copied = 0;
    while (copied < wanted) {
        const Bytes bytes =
            read(from.ino, from.offset + copied, std::min(copy_step, wanted - copied));
        if (bytes.empty())
            break;
        write(to.ino, to.offset + copied, bytes);
        copied += bytes.size();
    }
    return copied;
}

}  // namespace alexander::files
