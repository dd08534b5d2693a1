// Rows as values.
#pragma once

#include "catalog/sql/query.h"
#include "catalog/types.h"

#include <string_view>
#include <utility>
#include <vector>

namespace alexander::catalog {

/// The first row as a value, if there is one. `decode` takes a sql::Row.
template <typename Decode, typename... Values>
[[nodiscard]] auto find_row(sql::Connection& connection,
                            sql::SqlText sql,
                            Decode decode,
                            const Values&... values)
    -> std::optional<decltype(decode(std::declval<sql::Row>()))> {
    sql::Query query(connection, sql, values...);
    if (!query.next()) {
        return std::nullopt;
    }
    return decode(query.row());
}

/// Every row as a value.
template <typename Decode, typename... Values>
[[nodiscard]] auto list_rows(sql::Connection& connection,
                             sql::SqlText sql,
                             Decode decode,
                             const Values&... values)
    -> std::vector<decltype(decode(std::declval<sql::Row>()))> {
    sql::Query query(connection, sql, values...);
    std::vector<decltype(decode(query.row()))> rows;
    while (query.next()) {
        rows.push_back(decode(query.row()));
    }
    return rows;
}

/// True if the statement has a row.
template <typename... Values>
[[nodiscard]] bool has_row(sql::Connection& connection, sql::SqlText sql, const Values&... values) {
    sql::Query query(connection, sql, values...);
    return query.next();
}

/// True if `name` is below the exclusive end `until`; an empty end is none.
[[nodiscard]] inline bool is_before(std::string_view name, std::string_view until) {
    return until.empty() || name < until;  // char_traits<char> compares as unsigned bytes
}

}  // namespace alexander::catalog
