// SQLite's result codes in the domain's words.
#pragma once

#include <string>

struct sqlite3;

namespace alexander::sql {

/// Throws what an (extended) result code means, with the operation, SQLite's message and errno:
/// FULL no_space; IOERR device_error, or no_space by its errno; CORRUPT and NOTADB corrupt;
/// READONLY read_only; BUSY and LOCKED busy; a broken constraint corrupt, for callers check first.
/// `database` may be null: then the code alone speaks.
[[noreturn]] void throw_sqlite_error(sqlite3* database, int code, const std::string& operation);

/// The same with an errno that the caller knows better.
[[noreturn]] void throw_sqlite_error(int code, const std::string& message, int os_errno);

}  // namespace alexander::sql
