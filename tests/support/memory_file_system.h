// A disk in memory that keeps apart what is durable and what only the cache has.
#pragma once

#include "base/file_system.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace alexander {

enum class DiskOperation : std::uint8_t {
    open,
    read,
    write,
    truncate,
    sync,
    create_directory,
    sync_directory,
    rename,
    remove,
};

/// The machine: its cache is what programs see, its durable part is what a power cut leaves.
///
/// Writes become durable by a sync of their file, names by a sync of their folder. A sync that
/// fails drops what it should have written for good, though the cache still shows it, as ext4 does.
/// Any thread may call any method at any time.
class MemoryDisk {
public:
    /// What programs see: each file's bytes by path, nothing for a folder.
    using Image = std::map<std::string, std::optional<Bytes>>;

    MemoryDisk();
    explicit MemoryDisk(const Image& image);  // all of it is durable
    ~MemoryDisk();
    MemoryDisk(const MemoryDisk&) = delete;
    MemoryDisk& operator=(const MemoryDisk&) = delete;

    /// Every open file fails with EIO from here on; the cache is made of the durable part again,
    /// after each unsynced write, truncation or name for which `survives` says true (in order).
    void cut_power(const std::function<bool()>& survives = [] { return false; });

    [[nodiscard]] Image image();

    struct State;

    [[nodiscard]] State& state() noexcept { return *state_; }

private:
    std::unique_ptr<State> state_;
};

/// One process's view of the disk. It must outlive its files.
class MemoryFileSystem final : public FileSystem {
public:
    /// `before` runs ahead of each operation with the path; what it throws is the operation's
    /// error.
    using Hook = std::function<void(DiskOperation, const std::string& path)>;

    explicit MemoryFileSystem(MemoryDisk& disk, Hook before = {});

    [[nodiscard]] std::unique_ptr<File> open(const std::string& path, OpenMode mode) override;
    void create_directory(const std::string& path) override;
    void sync_directory(const std::string& path) override;
    [[nodiscard]] std::vector<std::string> list(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;
    void remove(const std::string& path) override;
    [[nodiscard]] MutableBytes map_shared(const std::string& path, std::size_t size_bytes) override;
    [[nodiscard]] Space space() override;

private:
    void before(DiskOperation operation, const std::string& path) const;

    MemoryDisk::State& disk_;
    const Hook before_;

    friend class MemoryFile;
};

}  // namespace alexander
