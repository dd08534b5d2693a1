// Bytes and attributes of files in the mounted tree.
#pragma once

#include "store/files/tree_core.h"
#include "store/files/tree_view.h"

#include <atomic>
#include <map>
#include <optional>

namespace alexander::files {

enum class OpenFor : std::uint8_t { reading, writing, updating };  // updating: both

/// Whether a change was asked for by an open handle, as ftruncate(2) does, or by a name.
enum class ByHandle : std::uint8_t { no, yes };

/// Any thread may call any method at any time. What is written is visible to every handle at once,
/// to S3 after flush() (close) and durable after fsync(), or seconds later.
///
/// All methods throw no_such_file (with ESTALE) for an inode that is gone; those that change
/// something no_space and device_error.
class DataOperations {
public:
    explicit DataOperations(TreeCore& core) : core_(core) {}

    /// Every open is paired with a release. Throws access_denied as S3's policies say; what is done
    /// with the handle afterwards is not asked again.
    void open(catalog::Ino ino, OpenFor purpose);

    /// The same for who has just made the file: nothing is asked.
    void open_new(catalog::Ino ino, OpenFor purpose);

    /// The last handle is gone: what is still unpublished is published. Never fails.
    void release(catalog::Ino ino, OpenFor purpose) noexcept;

    /// Fewer bytes only at the end.
    [[nodiscard]] Bytes read(catalog::Ino ino, std::uint64_t offset, std::size_t size);
    void write(catalog::Ino ino, std::uint64_t offset, ByteView bytes);

    /// As ftruncate(2) or truncate(2): without an open writer the new size is published on return.
    /// By a name it throws access_denied as S3's policies say.
    void truncate(catalog::Ino ino, std::uint64_t size_bytes, ByHandle by_handle = ByHandle::no);

    /// Queues a publish if anything is unpublished: S3 sees it from now on.
    void flush(catalog::Ino ino);

    /// Publishes and waits until everything queued by the mount so far is durable.
    void fsync(catalog::Ino ino);

    /// Durable: all names and attributes, and what is published.
    void fsync_directory() { core_.queue.wait_all(); }

    enum class Allocate : std::uint8_t { grow, keep_size, punch_hole, zero_range };

    void allocate(catalog::Ino ino, Allocate mode, std::uint64_t offset, std::uint64_t length);

    /// Nothing past the end (ENXIO).
    [[nodiscard]] std::optional<std::uint64_t> seek_data(catalog::Ino ino, std::uint64_t offset);
    [[nodiscard]] std::optional<std::uint64_t> seek_hole(catalog::Ino ino, std::uint64_t offset);

    struct Range {
        catalog::Ino ino = 0;
        std::uint64_t offset = 0;
    };

    /// Returns how many bytes were copied: fewer at the end of the source, or for long copies. From
    /// 1 MiB on, within what deduplicates together, chunks are shared and nothing is copied: the
    /// time does not depend on the length.
    [[nodiscard]] std::size_t copy(const Range& from, const Range& to, std::size_t length);

    /// Publishes files that rest for 5 s or are unpublished for 60 s; to be called every second.
    /// What fails is tried again the next time.
    void publish_resting();

    /// Publishes everything and waits until it is durable.
    void publish_all();

private:
    enum class Pin : std::uint8_t { none, handle, writer };

    [[nodiscard]] static Pin pin_for(OpenFor purpose);
    [[nodiscard]] std::shared_ptr<OpenFile> file(catalog::Ino ino,
                                                 Pin pin,
                                                 std::optional<OpenFor> asked = std::nullopt);
    void check_may_change(catalog::Ino ino, ByHandle by_handle);
    [[nodiscard]] std::size_t share(const Range& from, const Range& to, std::size_t length);
    void unpin(catalog::Ino ino, Pin pin);
    void end_write_session(catalog::Ino ino);
    QueueNumber publish(OpenFile& file);  // the operation's number, 0 if there is nothing to do
    void store_times(catalog::Ino ino);
    void note_change(FileContents& contents, catalog::Ino ino, bool changes_times);
    void limit_memory(OpenFile& file, FileContents& contents);
    void spill_others(const OpenFile& except);
    [[nodiscard]] bool has_writers(catalog::Ino ino);
    [[nodiscard]] std::vector<std::shared_ptr<OpenFile>> open_files();
    [[nodiscard]] std::shared_ptr<OpenFile> find_open(catalog::Ino ino);
    void reap(catalog::Ino ino);
    void drop_orphan(catalog::Ino ino);

    TreeCore& core_;
    std::atomic<std::int64_t> dirty_bytes_{0};
};

}  // namespace alexander::files
