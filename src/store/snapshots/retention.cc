#include "store/snapshots/retention.h"

namespace alexander {

namespace {

constexpr std::int64_t an_hour = 3600;
constexpr std::int64_t a_day = 24 * an_hour;
constexpr std::int64_t a_week = 7 * a_day;

// The newest of each of the last `count` periods in which there is one.
void keep_newest(const std::vector<catalog::CatalogSnapshot>& snapshots,
                 std::int64_t period_seconds,
                 std::size_t count,
                 std::set<catalog::CommitSeq>& expired) {
    std::set<std::int64_t> periods;
    for (const catalog::CatalogSnapshot& snapshot : snapshots) {
        if (periods.size() == count)
            return;
        if (periods.insert(snapshot.created_seconds / period_seconds).second)
            expired.erase(snapshot.seq);
    }
}

}  // namespace

std::set<catalog::CommitSeq> find_expired(const std::vector<catalog::CatalogSnapshot>& snapshots,
                                          const SnapshotRetention& retention) {
    std::set<catalog::CommitSeq> expired;
    for (const catalog::CatalogSnapshot& snapshot : snapshots)
        expired.insert(snapshot.seq);
    if (!snapshots.empty())
        expired.erase(snapshots.front().seq);
    keep_newest(snapshots, an_hour, retention.hours, expired);
    keep_newest(snapshots, a_day, retention.days, expired);
    keep_newest(snapshots, a_week, retention.weeks, expired);
    return expired;
}

}  // namespace alexander
