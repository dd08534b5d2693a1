#include "catalog/sql/checksum_vfs.h"

#include "base/error.h"
#include "catalog/sql/checked_file.h"

#include <new>

namespace alexander::sql {
namespace {

ChecksumVfs& owner_of(sqlite3_vfs* vfs) {
    return *static_cast<ChecksumVfs*>(vfs->pAppData);
}

// Names must differ among the VFS that live.
std::string name_for(const void* address, const char* base) {
    return "checksum-" + std::to_string(reinterpret_cast<std::uintptr_t>(address)) + "-" + base;
}

sqlite3_vfs* find_vfs(const std::string& name) {
    sqlite3_vfs* const found = sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
    if (found == nullptr) {
        throw Error(ErrorCode::device_error, "catalog: SQLite has no VFS " + name);
    }
    return found;
}

}  // namespace

ChecksumVfs::ChecksumVfs(const std::string& base, Pages fresh)
    : fresh_(fresh), base_(find_vfs(base)), name_(name_for(this, base_->zName)) {
    vfs_ = *base_;  // all but the files is as there, and is given itself as its VFS
    vfs_.iVersion = 1;
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(CheckedFile)) + base_->szOsFile;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = &ChecksumVfs::open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync_folder) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xDelete(below, name, sync_folder);
    };
    vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* out) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xAccess(below, name, flags, out);
    };
    vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xFullPathname(below, name, size, out);
    };
    vfs_.xDlOpen = nullptr;  // no extension is ever loaded
    vfs_.xDlError = nullptr;
    vfs_.xDlSym = nullptr;
    vfs_.xDlClose = nullptr;
    vfs_.xRandomness = [](sqlite3_vfs* vfs, int size, char* out) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xRandomness(below, size, out);
    };
    vfs_.xSleep = [](sqlite3_vfs* vfs, int microseconds) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xSleep(below, microseconds);
    };
    vfs_.xCurrentTime = [](sqlite3_vfs* vfs, double* now) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xCurrentTime(below, now);
    };
    vfs_.xGetLastError = [](sqlite3_vfs* vfs, int size, char* out) {
        sqlite3_vfs* const below = owner_of(vfs).base_;
        return below->xGetLastError(below, size, out);
    };
    const int code = sqlite3_vfs_register(&vfs_, 0);
    if (code != SQLITE_OK) {
        throw Error(ErrorCode::device_error, "registering a VFS: " + std::to_string(code));
    }
}

ChecksumVfs::~ChecksumVfs() {
    sqlite3_vfs_unregister(&vfs_);
}

int ChecksumVfs::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    const ChecksumVfs& owner = owner_of(vfs);
    auto* const opened = new (file) CheckedFile(flags);
    opened->below()->pMethods = nullptr;
    const int code = owner.base_->xOpen(owner.base_, name, opened->below(), flags, out);
    if (opened->below()->pMethods == nullptr) {
        file->pMethods = nullptr;  // no xClose after a failure
        return code;
    }
    file->pMethods = &CheckedFile::methods();
    if (code == SQLITE_OK) {
        opened->look_at_header(owner.fresh_);
    }
    return code;
}

Pages ChecksumVfs::pages_of(sqlite3_file& file) {
    return reinterpret_cast<CheckedFile&>(file).pages();
}

}  // namespace alexander::sql
