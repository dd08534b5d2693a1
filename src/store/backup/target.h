// Where a backup of a store is kept: named files that are written whole.
#pragma once

#include "base/file_system.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace alexander {

/// Bytes to be stored: `read` fills a buffer from an offset, fewer bytes only at the end.
struct BackupSource {
    std::uint64_t size_bytes = 0;
    std::function<std::size_t(MutableBytes, std::uint64_t)> read;
};

/// Names are those of the store folder, such as `data/ab/cd/<uuid>.pack`. One thread.
class BackupTarget {
public:
    virtual ~BackupTarget() = default;

    struct Item {
        std::string name;
        std::uint64_t size_bytes = 0;
    };

    /// Everything that is there, by name.
    [[nodiscard]] virtual std::vector<Item> list() = 0;

    /// For reading; nullptr if it is not there.
    [[nodiscard]] virtual std::unique_ptr<File> open(const std::string& name) = 0;

    /// Stores it whole or not at all, in place of what has the name. Durable on return. Throws
    /// device_error if the source ends early, and what it throws.
    virtual void put(const std::string& name, const BackupSource& source) = 0;

    /// True if put compares what was stored with what was sent: then it need not be read back.
    [[nodiscard]] virtual bool verifies_puts() const { return false; }

    /// Durable on return.
    virtual void remove(const std::string& name) = 0;
};

/// A folder of the host. One at a time has it for writing.
class FolderTarget final : public BackupTarget {
public:
    enum class Use : std::uint8_t { read, write };

    /// For Use::write throws busy if somebody else writes to it; not_a_store if the folder holds
    /// other things than a backup, as a store in use does.
    FolderTarget(FileSystem& files, Use use);

    [[nodiscard]] std::vector<Item> list() override;
    [[nodiscard]] std::unique_ptr<File> open(const std::string& name) override;
    void put(const std::string& name, const BackupSource& source) override;
    void remove(const std::string& name) override;

private:
    void check_folder();

    FileSystem& files_;
    std::unique_ptr<File> lock_;
};

/// The source that is the first `size_bytes` of a file, which must live as long.
[[nodiscard]] BackupSource source_of(File& file, std::uint64_t size_bytes);

/// The source that is these bytes, which must live as long.
[[nodiscard]] BackupSource source_of(ByteView bytes);

/// Creates the folders of a path below `files`, durably; copies the source to `unfinished` and
/// renames it. Durable on return.
void put_file(FileSystem& files,
              const std::string& unfinished,
              const std::string& path,
              const BackupSource& source);

}  // namespace alexander
