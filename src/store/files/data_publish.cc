#include "base/error.h"
#include "base/logging.h"
#include "store/files/data_operations.h"
#include "store/files/tree_operation.h"

namespace alexander::files {
namespace {

constexpr std::chrono::seconds rest_before_publish{5};
constexpr std::chrono::seconds longest_unpublished{60};

}  // namespace

QueueNumber DataOperations::publish(OpenFile& file) {
    auto contents = file.lock();
    if (!contents->is_dirty())
        return 0;
    {
        auto state = core_.state.lock();
        const KnownInode* known = state->names.find_inode(file.ino());
        if (known == nullptr || known->orphan)
            return 0;  // nobody can see it but those who have it open
    }
    core_.queue.check();
    FileContents::Draft draft = contents->draft();
    // Ahead of the change and outside the tree's lock: handing records over may have to wait.
    std::ignore = core_.engine.committer.submit(
        Work{std::exchange(draft.content.records, {}), {}, {}});  // the change comes after them
    const auto result = std::make_shared<Publication>();
    const auto plan = [&](Operation& operation) {
        const KnownInode& known = operation.view.inode(file.ino());
        if (known.orphan)
            return;
        result->number = operation.number;
        operation.add(Publish{file.ino(),
                              known.inode.bucket,
                              NewContent{draft.content, draft.etag},
                              draft.profile,
                              result,
                              contents->session_publication()});
        operation.add(PutInode{known.inode});
    };
    const QueueNumber number =
        change(core_, file.ino(), plan, [](TreeView&) { return true; }).second;
    contents->published(result);
    if (!has_writers(file.ino()))
        contents->end_write_session();
    const auto held = static_cast<std::int64_t>(contents->dirty_bytes());
    dirty_bytes_ += held - file.counted_dirty_bytes.exchange(held);
    return number;
}

void DataOperations::flush(catalog::Ino ino) {
    std::ignore = publish(*file(ino, Pin::none));
}

void DataOperations::fsync(catalog::Ino ino) {
    flush(ino);
    core_.queue.wait_all();
}

std::vector<std::shared_ptr<OpenFile>> DataOperations::open_files() {
    std::vector<std::shared_ptr<OpenFile>> files;
    auto state = core_.state.lock();
    files.reserve(state->files.size());
    for (const auto& [ino, file] : state->files)
        files.push_back(file);
    return files;
}

void DataOperations::publish_resting() {
    for (std::shared_ptr<OpenFile>& open : open_files()) {
        const catalog::Ino ino = open->ino();
        try {
            bool is_due = false;
            {
                auto contents = open->lock();
                contents->settle(core_.queue.durable());
                contents->renew_session();
                const std::chrono::nanoseconds now = core_.engine.clock.monotonic();
                is_due =
                    contents->is_dirty() && (now - contents->last_change() >= rest_before_publish ||
                                             now - contents->dirty_since() >= longest_unpublished);
            }
            if (is_due)
                std::ignore = publish(*open);
        } catch (const Error& error) {
            core_.engine.log.error("mount", std::string("publishing: ") + error.what());
        }
        open.reset();
        reap(ino);
    }
}

void DataOperations::publish_all() {
    for (const std::shared_ptr<OpenFile>& open : open_files())
        std::ignore = publish(*open);
    core_.queue.wait_all();
}

}  // namespace alexander::files
