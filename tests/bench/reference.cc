// What the machine does without a store: the loops that results are compared with. One JSON line.
//
//   reference md5 MIB                     MD5 of memory
//   reference commits FOLDER SECONDS      see run_commits
//   reference list DATABASE BUCKET SECONDS   rows of a bucket in key order
#include "base/error.h"
#include "base/unique_fd.h"
#include "crypto/hash.h"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>

namespace alexander::bench {

namespace {

struct CloseDatabase {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};

struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

void check(bool good, const std::string& what) {
    if (!good)
        throw Error(ErrorCode::device_error, what, errno);
}

Database open_database(const std::string& path, int flags) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
    Database owner(database);
    check(code == SQLITE_OK, "opening " + path);
    sqlite3_busy_timeout(database, 10'000);
    return owner;
}

void run_script(const Database& database, const char* sql) {
    check(sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
}

Statement prepare(const Database& database, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database.get(), sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return Statement(statement);
}

class Stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

void print(std::uint64_t operations, double seconds) {
    std::printf("{\"operations\": %llu, \"seconds\": %.6f}\n",
                static_cast<unsigned long long>(operations),
                seconds);
}

void run_md5(std::size_t mebibytes) {
    const Bytes block(1U << 20U, std::byte{0x5a});
    const Stopwatch watch;
    Hash hash(HashKind::md5);
    for (std::size_t i = 0; i < mebibytes; ++i)
        hash.update(block);
    (void)hash.finish();
    print(mebibytes, watch.seconds());
}

constexpr int batch_size = 64;

struct Rows {
    Statement slot;
    Statement chunk;
};

void insert(const Rows& rows, std::uint64_t key, std::uint64_t number) {
    const std::string name = "object-" + std::to_string(key);
    const std::string attributes(100, 'a');
    sqlite3_stmt* slot = rows.slot.get();
    sqlite3_bind_blob(slot, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
    sqlite3_bind_int64(slot, 2, static_cast<sqlite3_int64>(number));
    sqlite3_bind_blob(
        slot, 3, attributes.data(), static_cast<int>(attributes.size()), SQLITE_STATIC);
    check(sqlite3_step(slot) == SQLITE_DONE && sqlite3_reset(slot) == SQLITE_OK, "insert");
    sqlite3_stmt* chunk = rows.chunk.get();
    sqlite3_bind_int64(chunk, 1, static_cast<sqlite3_int64>(number));
    sqlite3_bind_int64(chunk, 2, static_cast<sqlite3_int64>(number * 4096));
    check(sqlite3_step(chunk) == SQLITE_DONE && sqlite3_reset(chunk) == SQLITE_OK, "insert");
}

// Durable 4 KiB objects with nothing around them: append 64 of them, fdatasync, commit their rows
// in two tables, fdatasync the write-ahead log; one after the other, in one thread.
void run_commits(const std::string& folder, double limit) {
    const std::string path = folder + "/rows.db";
    const Database database = open_database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    run_script(database,
               "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
               "PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF;"
               "CREATE TABLE slot (name BLOB PRIMARY KEY, id INTEGER, attributes BLOB) "
               "WITHOUT ROWID;"
               "CREATE TABLE chunk (id INTEGER PRIMARY KEY, offset_bytes INTEGER)");
    const UniqueFd log = UniqueFd::adopt(::open((path + "-wal").c_str(), O_RDWR | O_CLOEXEC));
    const UniqueFd pack = UniqueFd::adopt(::open(
        (folder + "/pack").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    const Rows rows{prepare(database, "INSERT INTO slot VALUES (?, ?, ?)"),
                    prepare(database, "INSERT INTO chunk VALUES (?, ?)")};
    const Bytes data(std::size_t{4096} * batch_size, std::byte{0x5a});
    std::mt19937_64 random(1);
    std::uint64_t number = 0;
    const Stopwatch watch;
    while (watch.seconds() < limit) {
        check(::write(pack.get(), data.data(), data.size()) == static_cast<ssize_t>(data.size()),
              "write");
        check(::fdatasync(pack.get()) == 0, "fdatasync");
        run_script(database, "BEGIN IMMEDIATE");
        for (int i = 0; i < batch_size; ++i)
            insert(rows, random(), ++number);
        run_script(database, "COMMIT");
        check(::fdatasync(log.get()) == 0, "fdatasync");
    }
    print(number, watch.seconds());
}

std::int64_t root_of(const Database& database, const std::string& bucket) {
    const Statement find = prepare(database, "SELECT root_ino FROM bucket WHERE name = ?");
    sqlite3_bind_text(find.get(), 1, bucket.c_str(), -1, SQLITE_STATIC);
    check(sqlite3_step(find.get()) == SQLITE_ROW, "no bucket " + bucket);
    return sqlite3_column_int64(find.get(), 0);
}

// The columns that a listing shows, a thousand rows at a time, by one prepared statement.
void run_list(const std::string& path, const std::string& bucket, double limit) {
    const Database database = open_database(path, SQLITE_OPEN_READWRITE);
    sqlite3_wal_autocheckpoint(database.get(), 0);
    sqlite3_db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    run_script(database, "PRAGMA query_only = ON; PRAGMA cache_size = -65536");
    const std::int64_t root = root_of(database, bucket);
    const Statement page = prepare(
        database,
        "SELECT name, kind, size, etag, etag_parts, modified_s, modified_ns, version_seq, owner "
        "FROM slot WHERE parent = ? AND name > ? ORDER BY name LIMIT 1000");
    std::string after;
    std::uint64_t number = 0;
    std::uint64_t seen_bytes = 0;
    const Stopwatch watch;
    while (watch.seconds() < limit) {
        sqlite3_bind_int64(page.get(), 1, root);
        sqlite3_bind_blob(
            page.get(), 2, after.data(), static_cast<int>(after.size()), SQLITE_TRANSIENT);
        std::uint64_t rows = 0;
        while (sqlite3_step(page.get()) == SQLITE_ROW) {
            const auto* name = static_cast<const char*>(sqlite3_column_blob(page.get(), 0));
            after.assign(name, static_cast<std::size_t>(sqlite3_column_bytes(page.get(), 0)));
            for (int column = 1; column < 9; ++column)
                seen_bytes += static_cast<std::uint64_t>(sqlite3_column_int64(page.get(), column));
            ++rows;
        }
        sqlite3_reset(page.get());
        number += rows;
        if (rows < 1000)
            after.clear();
    }
    check(seen_bytes != 0, "an empty bucket");
    print(number, watch.seconds());
}

void run(int count, char** values) {
    const std::string mode = count > 1 ? values[1] : "";
    if (mode == "md5" && count == 3)
        run_md5(std::stoul(values[2]));
    else if (mode == "commits" && count == 4)
        run_commits(values[2], std::stod(values[3]));
    else if (mode == "list" && count == 5)
        run_list(values[2], values[3], std::stod(values[4]));
    else
        throw Error(ErrorCode::invalid_argument, "usage: see the head of reference.cc");
}

}  // namespace

}  // namespace alexander::bench

int main(int argc, char** argv) {
    try {
        alexander::bench::run(argc, argv);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "reference: %s\n", error.what());
        return 1;
    }
}
