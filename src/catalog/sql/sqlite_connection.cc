#include "catalog/sql/sqlite_connection.h"

#include "base/error.h"
#include "catalog/sql/query.h"
#include "catalog/sql/sqlite_error.h"
#include "catalog/sql/sqlite_statement.h"

#include <sqlite3.h>

#include <cassert>
#include <cerrno>
#include <tuple>

namespace alexander::sql {
namespace {

// The catalog lock keeps writers apart; only a recovery or a checkpoint elsewhere can be met.
constexpr int usual_wait_milliseconds = 10'000;

/// SQLite's count of its memory is one mutex for all threads, and nothing here asks for it. Has to
/// come before anything else of SQLite: a program that has used it already keeps the count, and is
/// slower.
const std::string& first_count_no_memory(const std::string& vfs) {
    static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    std::ignore = once;
    return vfs;
}

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

SqliteConnection::SqliteConnection(const std::string& path, const std::string& vfs, Role role)
    : vfs_(first_count_no_memory(vfs), Pages::sealed) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                SQLITE_OPEN_EXRESCODE;
    if (role == Role::creator) {
        flags |= SQLITE_OPEN_CREATE;
    }
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &database, flags, vfs_.name());
    database_.reset(database);
    if ((code & 0xff) == SQLITE_CANTOPEN && role != Role::creator && database != nullptr) {
        const int os_errno = sqlite3_system_errno(database);
        if (os_errno == ENOENT || os_errno == ENOTDIR) {
            throw Error(ErrorCode::not_a_store,
                        "catalog: there is no " + path +
                            "; `alexander-admin rebuild` makes it again from a snapshot",
                        os_errno);
        }
    }
    if (code != SQLITE_OK) {
        throw_sqlite_error(database, code, "opening " + path);
    }
    configure(role);
}

SqliteConnection::~SqliteConnection() = default;

void SqliteConnection::configure(Role role) {
    // The wait comes first: with it after journal_mode, a second process gets BUSY at open.
    sqlite3_busy_timeout(database_.get(), usual_wait_milliseconds);
    // Both before the first statement: no checkpoint may run outside the catalog lock.
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_wal_autocheckpoint(database_.get(), 0);
    run_script(
        "PRAGMA synchronous = NORMAL;"
        "PRAGMA mmap_size = 0;"
        "PRAGMA temp_store = MEMORY;"
        "PRAGMA trusted_schema = OFF;"
        "PRAGMA cell_size_check = ON;"
        "PRAGMA secure_delete = OFF;");
    if (role == Role::creator) {
        run_script("PRAGMA page_size = 4096");
        reserve_checksums();
    }
    if (role == Role::reader) {
        run_script("PRAGMA cache_size = -2048; PRAGMA query_only = ON");
    } else {
        run_script("PRAGMA cache_size = -65536");
        enter_wal();
    }
}

// Takes effect where the database is made or vacuumed.
void SqliteConnection::reserve_checksums() {
    int bytes = ChecksumVfs::reserved_bytes;
    const int code =
        sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
    if (code != SQLITE_OK) {
        throw_sqlite_error(database_.get(), code, "reserving room for checksums");
    }
}

void SqliteConnection::enter_wal() {
    Query query(*this, "PRAGMA journal_mode = WAL");
    if (!query.next() || as_text(query.blob(0)) != "wal") {
        throw Error(ErrorCode::not_a_store,
                    "catalog: this file system does not support SQLite's write-ahead log");
    }
}

Statement& SqliteConnection::prepare(SqlText sql) {
    if (is_transaction_required_ && !is_in_transaction()) {
        throw Error(ErrorCode::device_error,
                    "catalog: an earlier error has rolled the transaction back");
    }
    auto& statement = statements_[sql.address()];
    if (!statement) {
        statement = std::make_unique<SqliteStatement>(database_.get(), sql.view());
    }
    assert(!statement->is_running());
    return *statement;
}

void SqliteConnection::run_script(const std::string& sql) {
    const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        throw_sqlite_error(database_.get(), code, sql.substr(0, 100));
    }
}

std::int64_t SqliteConnection::rows_changed() const {
    return sqlite3_changes64(database_.get());
}

std::int64_t SqliteConnection::rows_written() const {
    return sqlite3_total_changes64(database_.get());
}

bool SqliteConnection::is_in_transaction() const {
    return sqlite3_get_autocommit(database_.get()) == 0;
}

SqliteConnection::CheckpointOutcome SqliteConnection::checkpoint(Checkpoint mode,
                                                                 std::chrono::milliseconds wait) {
    sqlite3_busy_timeout(database_.get(), static_cast<int>(wait.count()));
    int frames = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        database_.get(),
        nullptr,
        mode == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE,
        &frames,
        &copied);
    sqlite3_busy_timeout(database_.get(), usual_wait_milliseconds);
    if ((code & 0xff) == SQLITE_BUSY) {
        return CheckpointOutcome::blocked;
    }
    if (code != SQLITE_OK) {
        throw_sqlite_error(database_.get(), code, "checkpoint");
    }
    return copied == frames ? CheckpointOutcome::complete : CheckpointOutcome::blocked;
}

// Page by page: equal pages of two copies are at equal places.
void SqliteConnection::copy_to(const std::string& path, const std::string& vfs) {
    const ChecksumVfs target_vfs(vfs, pages());
    sqlite3* opened = nullptr;
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, target_vfs.name());
    const std::unique_ptr<sqlite3, Close> target(opened);
    if (code != SQLITE_OK) {
        throw_sqlite_error(target.get(), code, "opening " + path);
    }
    // Without a journal the pages go to the file as soon as the cache is full.
    sqlite3_exec(target.get(),
                 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;",
                 nullptr,
                 nullptr,
                 nullptr);
    sqlite3_backup* const copy = sqlite3_backup_init(target.get(), "main", database_.get(), "main");
    if (copy == nullptr) {
        throw_sqlite_error(target.get(), sqlite3_errcode(target.get()), "copying the database");
    }
    const int stepped = sqlite3_backup_step(copy, -1);
    const int finished = sqlite3_backup_finish(copy);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
        throw_sqlite_error(
            target.get(), finished != SQLITE_OK ? finished : stepped, "copying the database");
    }
}

Pages SqliteConnection::pages() {
    return ChecksumVfs::pages_of(database_file());
}

void SqliteConnection::seal_pages() {
    reserve_checksums();
    run_script("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY");
}

std::vector<std::string> SqliteConnection::statements() const {
    std::vector<std::string> texts;
    for (const auto& [text, statement] : statements_) {
        texts.emplace_back(text);
    }
    return texts;
}

sqlite3_file& SqliteConnection::file(int selector, const char* what) {
    sqlite3_file* found = nullptr;
    const int code = sqlite3_file_control(database_.get(), "main", selector, &found);
    if (code != SQLITE_OK || found == nullptr || found->pMethods == nullptr) {
        throw Error(ErrorCode::device_error, std::string("catalog: SQLite has no open ") + what);
    }
    return *found;
}

sqlite3_file& SqliteConnection::database_file() {
    return file(SQLITE_FCNTL_FILE_POINTER, "database file");
}

sqlite3_file& SqliteConnection::log_file() {
    return file(SQLITE_FCNTL_JOURNAL_POINTER, "write-ahead log");
}

}  // namespace alexander::sql
