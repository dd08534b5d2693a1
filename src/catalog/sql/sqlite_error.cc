#include "catalog/sql/sqlite_error.h"

#include "base/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace alexander::sql {
namespace {

ErrorCode translate(int code, int os_errno) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return ErrorCode::no_space;
        case SQLITE_IOERR:
            // A sync that fails for want of space is a failed sync first: what it was to make
            // durable is lost, and only a repair of the log tells what is left.
            if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
                return ErrorCode::device_error;
            }
            if (code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS) {
                return ErrorCode::corrupt;
            }
            return os_errno == ENOSPC || os_errno == EDQUOT ? ErrorCode::no_space
                                                            : ErrorCode::device_error;
        case SQLITE_READONLY:
            return ErrorCode::read_only;
        case SQLITE_CANTOPEN:
            return os_errno == EROFS ? ErrorCode::read_only : ErrorCode::device_error;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return ErrorCode::busy;
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_NOMEM:
            return ErrorCode::device_error;
        case SQLITE_TOOBIG:
        case SQLITE_RANGE:
            return ErrorCode::invalid_argument;
        default:  // CORRUPT, NOTADB, CONSTRAINT, a missing table: the rows are not what we wrote
            return ErrorCode::corrupt;
    }
}

/// SQLite forgets the errno of a failed COMMIT; the files remember theirs.
int find_errno(sqlite3* database) {
    for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        int os_errno = 0;
        if (sqlite3_file_control(database, "main", which, &file) == SQLITE_OK && file != nullptr &&
            file->pMethods != nullptr &&
            file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &os_errno) == SQLITE_OK &&
            os_errno != 0) {
            return os_errno;
        }
    }
    return sqlite3_system_errno(database);
}

}  // namespace

void throw_sqlite_error(int code, const std::string& message, int os_errno) {
    const int kind = code & 0xff;
    if (kind == SQLITE_FULL) {
        os_errno = ENOSPC;
    } else if (code == SQLITE_IOERR_DATA || (kind != SQLITE_IOERR && kind != SQLITE_CANTOPEN)) {
        os_errno = 0;
    }
    std::string text = "catalog: " + message + " (SQLite " + std::to_string(code) + ")";
    if (code == SQLITE_IOERR_DATA) {
        text +=
            ": it has changed on the disk since it was written. Check the disk, then restore the "
            "catalog: `alexander-admin rebuild --replace`";
    }
    if (os_errno != 0) {
        text += ": " + std::generic_category().message(os_errno);
    }
    throw Error(translate(code, os_errno), text, os_errno);
}

void throw_sqlite_error(sqlite3* database, int code, const std::string& operation) {
    const int os_errno = database == nullptr ? 0 : find_errno(database);
    const char* said = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
    throw_sqlite_error(code, operation + ": " + said, os_errno);
}

}  // namespace alexander::sql
