// Ids that this process may hand out without asking the database each time.
#pragma once

#include "catalog/sql/connection.h"
#include "catalog/types.h"

#include <array>

namespace alexander::catalog {

struct IdRange {
    std::int64_t next = 0;
    std::int64_t end = 0;

    [[nodiscard]] bool is_empty() const { return next >= end; }

    [[nodiscard]] std::int64_t take() { return next++; }
};

/// Ranges of one writing connection: those that a commit has made ours, and those that the
/// transaction in progress has reserved. Guarded by whoever owns the connection.
///
/// An id that was handed out once is never handed out again, also when its transaction rolled back.
class IdRanges {
public:
    [[nodiscard]] std::int64_t next(sql::Connection& connection, IdKind kind);

    /// `count` ids in a row for the caller alone.
    [[nodiscard]] std::int64_t reserve(sql::Connection& connection,
                                       IdKind kind,
                                       std::int64_t count);

    /// The transaction's reservations are in the database now.
    void committed();

    /// They are not. The ids stay passed over in this process.
    void rolled_back();

    /// True after a rollback that took back ids which raise_counters can still keep from others.
    [[nodiscard]] bool has_lost_reservations() const;

    /// In a transaction of its own after rolled_back: passes the lost ids over for every process.
    void raise_counters(sql::Connection& connection);

private:
    std::array<IdRange, id_kind_count> ours_;                 // reserved durably
    std::array<IdRange, id_kind_count> reserved_;             // by the transaction in progress
    std::array<std::int64_t, id_kind_count> reserved_end_{};  // 0: the transaction took none
    std::array<std::int64_t, id_kind_count> floor_{};         // lower ids were handed out here
    bool has_lost_ = false;
};

}  // namespace alexander::catalog
