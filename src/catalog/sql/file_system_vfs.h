// SQLite on the store's FileSystem, so that tests can run the real catalog on a simulated disk.
#pragma once

#include "base/file_system.h"

#include <memory>
#include <string>

namespace alexander::sql {

class VfsDriver;
struct SharedFiles;

/// What connections to one database share across processes: file locks and the index of the
/// write-ahead log in memory. It dies with its last connection, as with a machine.
/// Any thread, any time.
class SharedFileTable {
public:
    SharedFileTable();
    ~SharedFileTable();
    SharedFileTable(const SharedFileTable&) = delete;
    SharedFileTable& operator=(const SharedFileTable&) = delete;

    [[nodiscard]] SharedFiles& files() noexcept { return *files_; }

private:
    std::unique_ptr<SharedFiles> files_;
};

/// A VFS registered under a name while it lives; it must outlive its connections.
///
/// Several of one table are several processes on one disk: each may have a view of the file system
/// of its own that fails when that process is to die. The device has the store's disk model:
/// powersafe overwrite and nothing more. Temporary files are refused: temp_store is memory.
/// Errors keep their errno (sqlite3_system_errno); no_space becomes SQLITE_FULL.
class FileSystemVfs {
public:
    FileSystemVfs(const std::string& name, FileSystem& file_system, SharedFileTable& shared);
    ~FileSystemVfs();
    FileSystemVfs(const FileSystemVfs&) = delete;
    FileSystemVfs& operator=(const FileSystemVfs&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    const std::string name_;
    std::unique_ptr<VfsDriver> driver_;
};

}  // namespace alexander::sql
