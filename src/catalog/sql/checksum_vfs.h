// Checksums of everything that SQLite reads of a database and its log. Why: docs/adr/0040.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace alexander::sql {

/// Whether the last 8 bytes of each page are its checksum.
enum class Pages : std::uint8_t { sealed, plain };

/// A VFS over another one, for one connection, which it must outlive.
///
/// In a sealed database, one whose header reserves 8 bytes a page, every page is written to the
/// file with its checksum and compared with it when it is read. A page in the log is compared with
/// the checksum of its frame, which SQLite itself does at recovery only: so no checkpoint seals
/// what has changed. What differs is SQLITE_IOERR_DATA. Databases that reserve nothing are read and
/// written as they are. The connection's thread.
class ChecksumVfs {
public:
    static constexpr int reserved_bytes = 8;

    /// `base` is a VFS's name, empty for the system's. `fresh`: of files that have no byte yet.
    ChecksumVfs(const std::string& base, Pages fresh);
    ~ChecksumVfs();
    ChecksumVfs(const ChecksumVfs&) = delete;
    ChecksumVfs& operator=(const ChecksumVfs&) = delete;

    [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

    /// Of a main database file that was opened through any of these.
    [[nodiscard]] static Pages pages_of(sqlite3_file& file);

private:
    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out);

    const Pages fresh_;
    sqlite3_vfs* const base_;
    std::string name_;
    sqlite3_vfs vfs_{};
};

}  // namespace alexander::sql
