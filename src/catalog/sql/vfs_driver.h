// The functions of FileSystemVfs that SQLite calls. Only its two sources include this.
#pragma once

#include "base/error.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "catalog/sql/shared_files.h"

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

namespace alexander::sql {

/// The folder of a file; `.` is the root.
[[nodiscard]] std::string parent_folder(const std::string& path);

/// The functions that SQLite calls. They are `noexcept`: C frames lie between them and us.
class VfsDriver {
public:
    VfsDriver(const std::string& name, FileSystem& file_system, SharedFiles& shared);

    ~VfsDriver();

    VfsDriver(const VfsDriver&) = delete;
    VfsDriver& operator=(const VfsDriver&) = delete;

private:
    struct OpenFile {
        VfsDriver* driver = nullptr;
        std::unique_ptr<File> file;
        std::string path;
        bool is_entry_unsynced =
            false;  // as with SQLite's own VFS: logs and journals, at their first sync
        std::atomic<int> last_errno{0};
    };

    /// What SQLite allocates for a file.
    struct Handle {
        sqlite3_file base;
        OpenFile* open;
    };

    static OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file)->open; }

    static VfsDriver& of(sqlite3_vfs* vfs) { return *static_cast<VfsDriver*>(vfs->pAppData); }

    /// Runs `action`, which returns a result code; an error becomes `failure`.
    template <typename Action>
    int guard(std::atomic<int>* last_errno, int failure, Action action) noexcept;

    template <typename Action>
    static int run(sqlite3_file* file, int failure, Action action) noexcept {
        OpenFile& open = of(file);
        return open.driver->guard(&open.last_errno, failure, action);
    }

    template <typename Action>
    static int with_shared(sqlite3_file* file, Action action) noexcept {
        OpenFile& open = of(file);
        auto files = open.driver->shared_.by_path.lock();
        return action((*files)[open.path], &open);
    }

    [[nodiscard]] std::unique_ptr<File> open_or_create(const std::string& path, int flags);
    int open(const char* name, sqlite3_file* file, int flags, int* out_flags);
    void forget(OpenFile& open);

    static const sqlite3_io_methods& methods();
    void fill_in_paths();
    void fill_in_rest();
    static void fill_in_contents(sqlite3_io_methods& methods);
    static void fill_in_locks(sqlite3_io_methods& methods);
    static void fill_in_index(sqlite3_io_methods& methods);

    FileSystem& file_system_;
    SharedFiles& shared_;
    sqlite3_vfs vfs_{};
    Guarded<std::map<OpenFile*, std::unique_ptr<OpenFile>>> open_files_;
    std::atomic<int> last_errno_{0};
};

template <typename Action>
int VfsDriver::guard(std::atomic<int>* last_errno, int failure, Action action) noexcept {
    try {
        return action();
    } catch (const Error& error) {
        last_errno_ = error.os_errno();
        if (last_errno != nullptr) {
            *last_errno = error.os_errno();
        }
        return error.code() == ErrorCode::no_space ? SQLITE_FULL : failure;
    }
}

}  // namespace alexander::sql
