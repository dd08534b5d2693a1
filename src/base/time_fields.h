// A moment taken apart, and names as HTTP spells them. Only for src/base/time_*.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace alexander::time_text {

inline constexpr std::array<std::string_view, 7> weekdays = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 12> months = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
inline constexpr std::int64_t seconds_a_day = 86400;

struct Fields {
    std::int64_t year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned weekday = 0;  // 0: Sunday
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
};

}  // namespace alexander::time_text
