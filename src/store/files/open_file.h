// The bytes of one inode that is open, shared by all its handles.
#pragma once

#include "base/guarded.h"
#include "store/content_editor.h"
#include "store/content_reader.h"
#include "store/files/publication.h"
#include "store/object_types.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

namespace alexander::files {

/// One thread at a time: reached through OpenFile::lock().
class FileContents {
public:
    /// The session began before anybody looked for the content.
    FileContents(const Engine& engine,
                 std::uint32_t domain,
                 ChunkProfile profile,
                 const catalog::Content& base,
                 SharedSession session);

    [[nodiscard]] std::uint64_t size_bytes() const;

    /// -1 while nothing has been changed: then nobody has counted.
    [[nodiscard]] std::int64_t allocated_bytes() const;

    std::size_t read(std::uint64_t offset, MutableBytes into);
    void write(std::uint64_t offset, ByteView bytes);
    void truncate(std::uint64_t size_bytes);
    void punch(std::uint64_t offset, std::uint64_t length);
    /// As in ContentEditor. To be shared, nothing may be dirty.
    [[nodiscard]] SharedRange share(std::uint64_t offset, std::uint64_t length);
    void put(std::uint64_t offset, const SharedRange& range);

    [[nodiscard]] std::optional<std::uint64_t> next_data(std::uint64_t offset);
    [[nodiscard]] std::uint64_t next_hole(std::uint64_t offset);

    /// True if something is not published yet.
    [[nodiscard]] bool is_dirty() const { return dirty_; }

    [[nodiscard]] std::size_t dirty_bytes() const;
    void spill();

    struct Draft {
        ContentDraft content;
        Etag etag;
        std::uint8_t profile = 0;
    };

    /// What is there now. It stays dirty until published() says that it was queued.
    [[nodiscard]] Draft draft();
    void published(std::shared_ptr<const Publication> publication);

    /// The last publication of the write session that goes on; nothing before its first.
    [[nodiscard]] const std::shared_ptr<const Publication>& session_publication() const {
        return session_publication_;
    }

    /// The last writer has closed: what is published from now on belongs to another session.
    void end_write_session() { session_publication_.reset(); }

    /// Once the last publish is durable, what it was made of is let go: its pages are found in the
    /// catalog. All operations up to `durable` are.
    void settle(QueueNumber durable);

    /// Now and then, so that garbage collection does not wait for files that stay open: ends the
    /// session of a file whose bytes are all live in the catalog, and begins another.
    void renew_session();

    /// CLOCK_MONOTONIC of the first and the last change that is not published.
    [[nodiscard]] std::chrono::nanoseconds dirty_since() const { return dirty_since_; }

    [[nodiscard]] std::chrono::nanoseconds last_change() const { return last_change_; }

private:
    ContentEditor& edit();
    ContentReader& reader();
    void changed();

    const Engine& engine_;
    const std::uint32_t domain_;
    const ChunkProfile profile_;
    const catalog::Content base_;
    SharedSession session_;                           // keeps base_ while there is no editor
    std::unique_ptr<ContentEditor> editor_;           // from the first change on
    std::unique_ptr<ContentReader> reader_;           // until then
    std::shared_ptr<const Publication> publication_;  // the last one, until it was settled
    std::shared_ptr<const Publication> session_publication_;  // shared with the queue
    bool dirty_ = false;
    std::chrono::nanoseconds dirty_since_{0};
    std::chrono::nanoseconds last_change_{0};
};

/// Any thread may lock it at any time. Its lock comes before the file tree's.
class OpenFile {
public:
    OpenFile(const Engine& engine,
             catalog::Ino ino,
             std::uint32_t domain,
             ChunkProfile profile,
             const catalog::Content& base,
             SharedSession session)
        : ino_(ino),
          domain_(domain),
          contents_(engine, domain, profile, base, std::move(session)) {}

    [[nodiscard]] catalog::Ino ino() const { return ino_; }

    [[nodiscard]] std::uint32_t domain() const { return domain_; }

    [[nodiscard]] Guarded<FileContents>::Access lock() { return contents_.lock(); }

    std::atomic<std::int64_t> counted_dirty_bytes{0};  // of this file, in the sum over all files

private:
    const catalog::Ino ino_;
    const std::uint32_t domain_;
    Guarded<FileContents> contents_;
};

}  // namespace alexander::files
