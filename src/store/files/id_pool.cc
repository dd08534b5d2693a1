#include "store/files/id_pool.h"

#include "base/error.h"

#include <utility>

namespace alexander::files {
namespace {

constexpr std::int64_t reserved_at_once = 4096;
constexpr std::int64_t low_mark = 512;

}  // namespace

bool IdPool::is_low(const Range& range) const {
    return range.end - range.next + range.spare_end - range.spare_next < low_mark;
}

void IdPool::fill() {
    const auto is_filled = [this] {
        const std::lock_guard lock(mutex_);
        return !is_low(inos_) && !is_low(rows_);
    };
    if (is_filled())
        return;
    const std::lock_guard filling(filling_);
    if (is_filled())
        return;
    std::int64_t ino = 0;
    std::int64_t row = 0;
    engine_.committer.commit([&](CommitScope& scope) {
        ino = engine_.catalog.reserve_ids(scope.rows(), catalog::IdKind::ino, reserved_at_once);
        row =
            engine_.catalog.reserve_ids(scope.rows(), catalog::IdKind::slot_row, reserved_at_once);
    });
    const std::lock_guard lock(mutex_);
    for (auto [range, first] : {std::pair{&inos_, ino}, std::pair{&rows_, row}}) {
        if (range->next == range->end) {
            range->next = first;
            range->end = first + reserved_at_once;
        } else if (range->spare_next == range->spare_end) {
            range->spare_next = first;
            range->spare_end = first + reserved_at_once;
        }
        // else the new ids are lost, which is allowed
    }
}

std::int64_t IdPool::take(Range& range) {
    const std::lock_guard lock(mutex_);
    if (range.next == range.end) {
        range.next = std::exchange(range.spare_next, 0);
        range.end = std::exchange(range.spare_end, 0);
    }
    if (range.next == range.end)
        throw Error(ErrorCode::busy, "no reserved ids left");
    return range.next++;
}

catalog::Ino IdPool::take_ino() {
    return take(inos_);
}

catalog::SlotRow IdPool::take_row() {
    return take(rows_);
}

}  // namespace alexander::files
