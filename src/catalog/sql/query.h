// Statements in use: values go in and come out by their C++ types.
#pragma once

#include "base/clock.h"
#include "catalog/sql/connection.h"

#include <array>
#include <optional>
#include <type_traits>

namespace alexander::sql {

/// Hands values to a statement's parameters in order; a Timestamp takes two (seconds, nanoseconds).
/// Texts are bound as text: use as_bytes for keys and names.
class Binder {
public:
    explicit Binder(Statement& statement) : statement_(statement) {}

    template <typename Value>
    void bind(const Value& value) {
        if constexpr (std::is_same_v<Value, Timestamp>) {
            statement_.bind_integer(next_++, value.seconds);
            statement_.bind_integer(next_++, value.nanoseconds);
        } else if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>) {
            statement_.bind_integer(next_++, static_cast<std::int64_t>(value));
        } else if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
            statement_.bind_text(next_++, value);
        } else {
            statement_.bind_blob(next_++, ByteView(value));
        }
    }

    template <typename Value>
    void bind(const std::optional<Value>& value) {
        if (value) {
            bind(*value);
        } else {
            statement_.bind_null(next_++);
        }
    }

private:
    Statement& statement_;
    int next_ = 1;
};

/// Takes a row's columns in order, the other way round.
class Row {
public:
    explicit Row(const Statement& statement) : statement_(statement) {}

    template <typename... Values>
    void read(Values&... values) {
        (read_one(values), ...);
    }

private:
    template <typename Value>
    void read_one(Value& value) {
        if constexpr (std::is_same_v<Value, bool>) {
            value = statement_.integer(next_++) != 0;
        } else {
            static_assert(std::is_integral_v<Value> || std::is_enum_v<Value>);
            value = static_cast<Value>(statement_.integer(next_++));
        }
    }

    void read_one(Timestamp& value) {
        value.seconds = statement_.integer(next_++);
        value.nanoseconds = static_cast<std::int32_t>(statement_.integer(next_++));
    }

    void read_one(std::string& value) { value.assign(as_text(statement_.blob(next_++))); }

    void read_one(Bytes& value) {
        const ByteView bytes = statement_.blob(next_++);
        value.assign(bytes.begin(), bytes.end());
    }

    template <std::size_t Size>
    void read_one(std::array<std::byte, Size>& value) {
        read_fixed(value);
    }

    template <typename Value>
    void read_one(std::optional<Value>& value) {
        if (statement_.is_null(next_)) {
            value.reset();
            ++next_;
        } else {
            read_one(value.emplace());
        }
    }

    void read_fixed(MutableBytes into);

    const Statement& statement_;
    int next_ = 0;
};

/// A statement with its values bound; the statement is reset at the end of the scope.
/// What the values refer to must outlive it.
class Query {
public:
    template <typename... Values>
    Query(Connection& connection, SqlText sql, const Values&... values)
        : statement_(connection.prepare(sql)) {
        [[maybe_unused]] Binder binder(statement_);
        (binder.bind(values), ...);
    }

    ~Query() { statement_.reset(); }

    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// True if there is a (next) row.
    [[nodiscard]] bool next() { return statement_.step(); }

    [[nodiscard]] Row row() const { return Row(statement_); }

    [[nodiscard]] std::int64_t integer(int column) const { return statement_.integer(column); }

    [[nodiscard]] ByteView blob(int column) const { return statement_.blob(column); }

private:
    Statement& statement_;
};

/// Runs one statement to its end; returns the rows that it wrote.
template <typename... Values>
std::int64_t execute(Connection& connection, SqlText sql, const Values&... values) {
    Query query(connection, sql, values...);
    while (query.next()) {
    }
    return connection.rows_changed();
}

/// Runs one statement for every item; `bind(binder, item)` hands over its values. An engine across
/// a network would send them in one go.
template <typename Items, typename Bind>
void execute_many(Connection& connection, SqlText sql, const Items& items, Bind bind) {
    for (const auto& item : items) {
        Statement& statement = connection.prepare(sql);

        const struct Reset {
            ~Reset() { used.reset(); }

            Statement& used;
        } reset{statement};

        Binder binder(statement);
        bind(binder, item);
        while (statement.step()) {
        }
    }
}

}  // namespace alexander::sql
