// The seam between the store and its disk. Tests put a simulated disk behind it.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alexander {

enum class OpenMode : std::uint8_t { read, read_write, create_new };
enum class Wait : std::uint8_t { no, yes };

/// An open file. Any thread may call any method at any time.
/// All methods throw no_space or device_error.
class File {
public:
    virtual ~File() = default;

    /// Fills `into` from `offset`; fewer bytes only at the end of the file.
    [[nodiscard]] virtual std::size_t read(MutableBytes into, std::uint64_t offset) = 0;

    /// Writes all parts one after another from `offset`, or throws: then any prefix may be there.
    virtual void write(std::span<const ByteView> parts, std::uint64_t offset) = 0;

    /// Makes everything written so far durable. After a failure nothing may be assumed of any
    /// write since the last success, and a later success proves nothing about them.
    virtual void sync() = 0;

    virtual void truncate(std::uint64_t size_bytes) = 0;
    [[nodiscard]] virtual std::uint64_t size() = 0;

    /// Takes the exclusive kernel lock on one byte; it belongs to this open file and goes with it.
    /// With Wait::no, false says that somebody else has it.
    [[nodiscard]] virtual bool lock(std::uint64_t byte, Wait wait) = 0;
    virtual void unlock(std::uint64_t byte) = 0;
};

/// A folder and everything below it. Paths are relative, '/'-separated and never leave it.
/// Any thread may call any method at any time. All methods throw no_space or device_error.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    /// nullptr if the file does not exist (read, read_write) or exists already (create_new).
    [[nodiscard]] virtual std::unique_ptr<File> open(const std::string& path, OpenMode mode) = 0;

    /// Existing is fine. The entry is durable only after sync_directory of the parent.
    virtual void create_directory(const std::string& path) = 0;
    virtual void sync_directory(const std::string& path) = 0;

    /// Names in a folder, sorted, without `.` and `..`; empty if there is no such folder.
    [[nodiscard]] virtual std::vector<std::string> list(const std::string& path) = 0;

    /// Replaces `to`. Durable after sync_directory of both parents.
    virtual void rename(const std::string& from, const std::string& to) = 0;
    virtual void remove(const std::string& path) = 0;

    /// Maps a file that all processes of the store share, growing it to `size_bytes` first.
    /// The mapping lives as long as the file system object.
    [[nodiscard]] virtual MutableBytes map_shared(const std::string& path,
                                                  std::size_t size_bytes) = 0;

    /// The name by which a library that does its own I/O (SQLite) opens the file.
    [[nodiscard]] virtual std::string host_path(const std::string& path) { return path; }

    struct Space {
        std::uint64_t total_bytes;
        std::uint64_t available_bytes;
    };

    [[nodiscard]] virtual Space space() = 0;
};

}  // namespace alexander
