// A prepared SQLite statement.
#pragma once

#include "catalog/sql/connection.h"

#include <memory>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace alexander::sql {

class SqliteStatement final : public Statement {
public:
    SqliteStatement(sqlite3* database, std::string_view sql);

    void bind_integer(int parameter, std::int64_t value) override;
    void bind_text(int parameter, std::string_view value) override;
    void bind_blob(int parameter, ByteView value) override;
    void bind_null(int parameter) override;
    [[nodiscard]] bool step() override;
    void reset() noexcept override;
    [[nodiscard]] std::int64_t integer(int column) const override;
    [[nodiscard]] ByteView blob(int column) const override;
    [[nodiscard]] bool is_null(int column) const override;

    /// True between the first step and the last, or reset.
    [[nodiscard]] bool is_running() const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    void check_bind(int code);
    [[nodiscard]] int position(int parameter) const;

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::vector<int> positions_;  // SQLite numbers `$n` by first appearance, not by n
};

}  // namespace alexander::sql
