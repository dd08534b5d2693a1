#include "catalog/id_ranges.h"

#include "base/error.h"
#include "catalog/sql/query.h"

#include <algorithm>

namespace alexander::catalog {
namespace {

std::size_t index_of(IdKind kind) {
    return static_cast<std::size_t>(kind);
}

std::int64_t range_size(IdKind kind) {
    switch (kind) {
        case IdKind::user:
        case IdKind::bucket:
            return 1;
        case IdKind::pack:
            return 8;
        case IdKind::version:
            return 64;
        case IdKind::chunk:
        case IdKind::page:
        case IdKind::content:
        case IdKind::ino:
        case IdKind::slot_row:
        case IdKind::stream:
            break;
    }
    return 1024;
}

}  // namespace

std::int64_t IdRanges::next(sql::Connection& connection, IdKind kind) {
    const std::size_t index = index_of(kind);
    if (!ours_[index].is_empty()) {
        return ours_[index].take();
    }
    if (reserved_[index].is_empty()) {
        const std::int64_t first = reserve(connection, kind, range_size(kind));
        reserved_[index] = IdRange{first, reserved_end_[index]};
    }
    return reserved_[index].take();
}

std::int64_t IdRanges::reserve(sql::Connection& connection, IdKind kind, std::int64_t count) {
    const std::size_t index = index_of(kind);
    sql::Query query(connection,
                     "UPDATE counter"
                     " SET next_id = CASE WHEN next_id < $2 THEN $2 ELSE next_id END + $3"
                     " WHERE kind = $1 RETURNING next_id",
                     kind,
                     floor_[index],
                     count);
    if (!query.next()) {
        throw Error(ErrorCode::corrupt, "catalog: a counter is missing");
    }
    reserved_end_[index] = query.integer(0);
    while (query.next()) {  // a row is left unfinished otherwise
    }
    return reserved_end_[index] - count;
}

void IdRanges::committed() {
    for (std::size_t i = 0; i < id_kind_count; ++i) {
        // Version numbers rise in commit order over all processes: none is kept for later.
        if (!reserved_[i].is_empty() && i != index_of(IdKind::version)) {
            ours_[i] = reserved_[i];
        }
        reserved_[i] = {};
        reserved_end_[i] = 0;
    }
}

void IdRanges::rolled_back() {
    for (std::size_t i = 0; i < id_kind_count; ++i) {
        has_lost_ = has_lost_ || reserved_end_[i] != 0;
        floor_[i] = std::max(floor_[i], reserved_end_[i]);
        reserved_[i] = {};
        reserved_end_[i] = 0;
    }
}

bool IdRanges::has_lost_reservations() const {
    return has_lost_;
}

void IdRanges::raise_counters(sql::Connection& connection) {
    for (std::size_t i = 0; i < id_kind_count; ++i) {
        sql::execute(connection,
                     "UPDATE counter SET next_id = $2 WHERE kind = $1 AND next_id < $2",
                     i,
                     floor_[i]);
    }
    has_lost_ = false;
}

}  // namespace alexander::catalog
