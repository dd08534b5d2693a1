// Which moments the mount lists of a directory's past.
// Rules: docs/design/history.md, "Moments".
#pragma once

#include "catalog/catalog.h"

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace alexander::files {

/// More versions than this below a directory are not looked through for the moments to list.
inline constexpr std::size_t versions_looked_through = 100'000;
inline constexpr std::size_t listed_moments = 500;

/// Out of all seconds in which something changed: the newest 500, and of each day before them the
/// last, up to 500 days. Ascending. Memory is that of the answer.
class MomentPicker {
public:
    void add(std::int64_t second);
    [[nodiscard]] std::vector<std::int64_t> pick() const;

private:
    std::set<std::int64_t> newest_;
    std::map<std::int64_t, std::int64_t> days_;  // the last second of each that is not in newest_
};

/// The moments at which what is below a directory changed, in whole seconds of UTC, ascending.
/// Where that is too much to look through: each full hour of the last two days and each midnight
/// since the bucket was made, at most 500.
[[nodiscard]] std::vector<std::int64_t> moments_of(catalog::Snapshot& snapshot,
                                                   const catalog::Bucket& bucket,
                                                   std::string_view directory,
                                                   std::int64_t now_s);

}  // namespace alexander::files
