#include "catalog/sql/file_system_vfs.h"

#include "catalog/sql/vfs_driver.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <random>
#include <thread>

namespace alexander::sql {
namespace {

constexpr double julian_day_of_1970 = 2'440'587.5;
constexpr double seconds_a_day = 86'400;

}  // namespace

std::string parent_folder(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

SharedFileTable::SharedFileTable() : files_(std::make_unique<SharedFiles>()) {}

SharedFileTable::~SharedFileTable() = default;

VfsDriver::~VfsDriver() {
    sqlite3_vfs_unregister(&vfs_);
    assert(open_files_.lock()->empty());
}

VfsDriver::VfsDriver(const std::string& name, FileSystem& file_system, SharedFiles& shared)
    : file_system_(file_system), shared_(shared) {
    vfs_.iVersion = 1;
    vfs_.szOsFile = sizeof(Handle);
    vfs_.mxPathname = 512;
    vfs_.zName = name.c_str();
    vfs_.pAppData = this;
    fill_in_paths();
    fill_in_rest();
    const int code = sqlite3_vfs_register(&vfs_, 0);
    if (code != SQLITE_OK) {
        throw Error(ErrorCode::device_error, "registering a VFS: " + std::to_string(code));
    }
}

std::unique_ptr<File> VfsDriver::open_or_create(const std::string& path, int flags) {
    const OpenMode mode =
        (flags & SQLITE_OPEN_READWRITE) != 0 ? OpenMode::read_write : OpenMode::read;
    auto file = file_system_.open(path, mode);
    if (!file && (flags & SQLITE_OPEN_CREATE) != 0) {
        file = file_system_.open(path, OpenMode::create_new);
        if (!file) {  // somebody else made it meanwhile
            file = file_system_.open(path, mode);
        }
    }
    return file;
}

int VfsDriver::open(const char* name, sqlite3_file* file, int flags, int* out_flags) {
    if (name == nullptr || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0) {
        last_errno_ = ENOTSUP;
        return SQLITE_CANTOPEN;
    }
    auto opened = open_or_create(name, flags);
    if (!opened) {
        last_errno_ = ENOENT;
        return SQLITE_CANTOPEN;
    }
    constexpr int journals = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    auto owner = std::make_unique<OpenFile>();
    owner->driver = this;
    owner->file = std::move(opened);
    owner->path = name;
    owner->is_entry_unsynced = (flags & journals) != 0;
    OpenFile* const address = owner.get();
    open_files_.lock()->emplace(address, std::move(owner));
    reinterpret_cast<Handle*>(file)->open = address;
    file->pMethods = &methods();
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

void VfsDriver::forget(OpenFile& open) {
    {
        auto files = shared_.by_path.lock();
        if (const auto found = files->find(open.path); found != files->end()) {
            found->second.forget(&open);
            if (found->second.is_unused()) {
                files->erase(found);
            }
        }
    }
    open_files_.lock()->erase(&open);
}

void VfsDriver::fill_in_paths() {
    vfs_.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
        file->pMethods = nullptr;  // no xClose after a failure
        return of(vfs).guard(
            nullptr, SQLITE_CANTOPEN, [&] { return of(vfs).open(name, file, flags, out); });
    };
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync_folder) {
        return of(vfs).guard(nullptr, SQLITE_IOERR_DELETE, [&] {
            FileSystem& file_system = of(vfs).file_system_;
            if (!file_system.open(name, OpenMode::read)) {
                return SQLITE_IOERR_DELETE_NOENT;
            }
            file_system.remove(name);
            if (sync_folder != 0) {
                file_system.sync_directory(parent_folder(name));
            }
            return SQLITE_OK;
        });
    };
    vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int, int* is_there) {
        return of(vfs).guard(nullptr, SQLITE_IOERR_ACCESS, [&] {
            const auto file = of(vfs).file_system_.open(name, OpenMode::read);
            *is_there = file && file->size() > 0 ? 1 : 0;
            return SQLITE_OK;
        });
    };
    vfs_.xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    };
}

void VfsDriver::fill_in_rest() {
    vfs_.xRandomness = [](sqlite3_vfs*, int size, char* out) {
        std::random_device source;
        std::generate_n(out, size, [&] { return static_cast<char>(source()); });
        return size;
    };
    vfs_.xSleep = [](sqlite3_vfs*, int microseconds) {
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
        return microseconds;
    };
    vfs_.xCurrentTime = [](sqlite3_vfs*, double* now) {
        const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
        *now =
            julian_day_of_1970 + std::chrono::duration<double>(since_1970).count() / seconds_a_day;
        return SQLITE_OK;
    };
    vfs_.xGetLastError = [](sqlite3_vfs* vfs, int, char*) { return of(vfs).last_errno_.load(); };
}

FileSystemVfs::FileSystemVfs(const std::string& name,
                             FileSystem& file_system,
                             SharedFileTable& shared)
    : name_(name), driver_(std::make_unique<VfsDriver>(name_, file_system, shared.files())) {}

FileSystemVfs::~FileSystemVfs() = default;

}  // namespace alexander::sql
