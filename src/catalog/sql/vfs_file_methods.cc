// What SQLite does with an open file.
#include "catalog/sql/vfs_driver.h"

#include <algorithm>

namespace alexander::sql {
namespace {

constexpr int sector_bytes = 4'096;

}  // namespace

const sqlite3_io_methods& VfsDriver::methods() {
    static const sqlite3_io_methods all = [] {
        sqlite3_io_methods methods{};
        methods.iVersion = 2;
        fill_in_contents(methods);
        fill_in_locks(methods);
        fill_in_index(methods);
        return methods;
    }();
    return all;
}

void VfsDriver::fill_in_contents(sqlite3_io_methods& methods) {
    methods.xClose = [](sqlite3_file* file) {
        return run(file, SQLITE_IOERR_CLOSE, [&] {
            of(file).driver->forget(of(file));
            return SQLITE_OK;
        });
    };
    methods.xRead = [](sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
        return run(file, SQLITE_IOERR_READ, [&] {
            const MutableBytes into(static_cast<std::byte*>(out), static_cast<std::size_t>(size));
            const std::size_t done = of(file).file->read(into, static_cast<std::uint64_t>(offset));
            std::fill(into.begin() + static_cast<std::ptrdiff_t>(done), into.end(), std::byte{0});
            return done == into.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
        });
    };
    methods.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
        return run(file, SQLITE_IOERR_WRITE, [&] {
            const ByteView part(static_cast<const std::byte*>(data),
                                static_cast<std::size_t>(size));
            of(file).file->write(std::span(&part, 1), static_cast<std::uint64_t>(offset));
            return SQLITE_OK;
        });
    };
    methods.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
        return run(file, SQLITE_IOERR_TRUNCATE, [&] {
            of(file).file->truncate(static_cast<std::uint64_t>(size));
            return SQLITE_OK;
        });
    };
    methods.xSync = [](sqlite3_file* file, int) {
        return run(file, SQLITE_IOERR_FSYNC, [&] {
            OpenFile& open = of(file);
            open.file->sync();
            if (open.is_entry_unsynced) {
                open.driver->file_system_.sync_directory(parent_folder(open.path));
                open.is_entry_unsynced = false;
            }
            return SQLITE_OK;
        });
    };
    methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
        return run(file, SQLITE_IOERR_FSTAT, [&] {
            *size = static_cast<sqlite3_int64>(of(file).file->size());
            return SQLITE_OK;
        });
    };
    methods.xFileControl = [](sqlite3_file* file, int operation, void* argument) {
        if (operation != SQLITE_FCNTL_LAST_ERRNO) {
            return SQLITE_NOTFOUND;
        }
        *static_cast<int*>(argument) = of(file).last_errno;
        return SQLITE_OK;
    };
    methods.xSectorSize = [](sqlite3_file*) { return sector_bytes; };
    methods.xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; };
}

void VfsDriver::fill_in_locks(sqlite3_io_methods& methods) {
    methods.xLock = [](sqlite3_file* file, int level) {
        return with_shared(file, [&](SharedFile& shared, const OpenFile* owner) {
            return shared.lock(owner, level) ? SQLITE_OK : SQLITE_BUSY;
        });
    };
    methods.xUnlock = [](sqlite3_file* file, int level) {
        return with_shared(file, [&](SharedFile& shared, const OpenFile* owner) {
            shared.unlock(owner, level);
            return SQLITE_OK;
        });
    };
    methods.xCheckReservedLock = [](sqlite3_file* file, int* is_reserved) {
        return with_shared(file, [&](SharedFile& shared, const OpenFile*) {
            *is_reserved = shared.is_reserved() ? 1 : 0;
            return SQLITE_OK;
        });
    };
}

void VfsDriver::fill_in_index(sqlite3_io_methods& methods) {
    methods.xShmMap =
        [](sqlite3_file* file, int region, int size, int extend, volatile void** out) {
            return with_shared(file, [&](SharedFile& shared, const OpenFile* owner) {
                *out = shared.map(owner,
                                  static_cast<std::size_t>(region),
                                  static_cast<std::size_t>(size),
                                  extend != 0);
                return SQLITE_OK;
            });
        };
    methods.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
        return with_shared(file, [&](SharedFile& shared, const OpenFile* owner) {
            const auto first = static_cast<std::size_t>(offset);
            const auto number = static_cast<std::size_t>(count);
            if ((flags & SQLITE_SHM_UNLOCK) != 0) {
                shared.unlock_index(owner, first, number);
                return SQLITE_OK;
            }
            const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
            return shared.lock_index(owner, first, number, exclusive) ? SQLITE_OK : SQLITE_BUSY;
        });
    };
    methods.xShmBarrier = [](sqlite3_file*) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
    };
    methods.xShmUnmap = [](sqlite3_file* file, int) {
        return with_shared(file, [&](SharedFile& shared, const OpenFile* owner) {
            shared.unmap(owner);
            return SQLITE_OK;
        });
    };
}

}  // namespace alexander::sql
