#include "catalog/sql/sqlite_statement.h"

#include "catalog/sql/sqlite_error.h"

#include <sqlite3.h>

#include <cassert>

namespace alexander::sql {

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

SqliteStatement::SqliteStatement(sqlite3* database, std::string_view sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database,
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &statement,
                                        nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) {
        throw_sqlite_error(database, code, std::string(sql));
    }
    const int count = sqlite3_bind_parameter_count(statement);
    for (int i = 1; i <= count; ++i) {
        const std::string name = "$" + std::to_string(i);
        positions_.push_back(sqlite3_bind_parameter_index(statement, name.c_str()));
        assert(positions_.back() > 0);
    }
}

int SqliteStatement::position(int parameter) const {
    assert(parameter >= 1);
    return positions_[static_cast<std::size_t>(parameter) - 1];
}

void SqliteStatement::check_bind(int code) {
    if (code != SQLITE_OK) {
        throw_sqlite_error(database_, code, sqlite3_sql(statement_.get()));
    }
}

void SqliteStatement::bind_integer(int parameter, std::int64_t value) {
    check_bind(sqlite3_bind_int64(statement_.get(), position(parameter), value));
}

void SqliteStatement::bind_text(int parameter, std::string_view value) {
    const char* data = value.data() == nullptr ? "" : value.data();  // a null pointer binds NULL
    check_bind(sqlite3_bind_text64(
        statement_.get(), position(parameter), data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void SqliteStatement::bind_blob(int parameter, ByteView value) {
    const void* data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
    check_bind(sqlite3_bind_blob64(
        statement_.get(), position(parameter), data, value.size(), SQLITE_STATIC));
}

void SqliteStatement::bind_null(int parameter) {
    check_bind(sqlite3_bind_null(statement_.get(), position(parameter)));
}

bool SqliteStatement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        throw_sqlite_error(database_, code, sqlite3_sql(statement_.get()));
    }
    return false;
}

void SqliteStatement::reset() noexcept {
    sqlite3_reset(statement_.get());  // repeats the code of a failed step, which was thrown there
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

ByteView SqliteStatement::blob(int column) const {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool SqliteStatement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

bool SqliteStatement::is_running() const {
    return sqlite3_stmt_busy(statement_.get()) != 0;
}

}  // namespace alexander::sql
