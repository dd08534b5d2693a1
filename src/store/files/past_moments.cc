#include "store/files/past_moments.h"

#include "catalog/versions.h"
#include "store/slot_walk.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::int64_t hour_s = 3600;
constexpr std::int64_t day_s = 24 * hour_s;
constexpr std::int64_t hours_listed = 48;

std::int64_t round_down(std::int64_t second, std::int64_t step) {
    const std::int64_t rest = second % step;
    return second - (rest < 0 ? rest + step : rest);
}

std::vector<std::int64_t> regular_moments(std::int64_t since_s, std::int64_t now_s) {
    std::vector<std::int64_t> moments;
    std::int64_t at = round_down(now_s, hour_s);
    while (at >= since_s && moments.size() < listed_moments) {
        moments.push_back(at);
        const bool is_recent = now_s - at < hours_listed * hour_s;
        at = is_recent ? at - hour_s : round_down(at - 1, day_s);
    }
    std::reverse(moments.begin(), moments.end());
    return moments;
}

}  // namespace

void MomentPicker::add(std::int64_t second) {
    newest_.insert(second);
    if (newest_.size() <= listed_moments)
        return;
    const std::int64_t oldest = *newest_.begin();
    newest_.erase(newest_.begin());
    std::int64_t& last = days_.try_emplace(round_down(oldest, day_s), oldest).first->second;
    last = std::max(last, oldest);
    if (days_.size() > listed_moments)
        days_.erase(days_.begin());
}

std::vector<std::int64_t> MomentPicker::pick() const {
    std::vector<std::int64_t> moments;
    for (const auto& [day, last] : days_)
        moments.push_back(last);
    moments.insert(moments.end(), newest_.begin(), newest_.end());
    return moments;
}

std::vector<std::int64_t> moments_of(catalog::Snapshot& snapshot,
                                     const catalog::Bucket& bucket,
                                     std::string_view directory,
                                     std::int64_t now_s) {
    if (!bucket.keeps_history())
        return {};
    const std::vector<std::int64_t> times =
        catalog::version_times(snapshot,
                               bucket.id,
                               {std::string(directory), after_prefix(directory).value_or("")},
                               versions_looked_through + 1);
    if (times.size() > versions_looked_through)
        return regular_moments(bucket.created.seconds, now_s);
    MomentPicker picker;
    for (const std::int64_t second : times)
        picker.add(second);
    return picker.pick();
}

}  // namespace alexander::files
