#include "base/time_format.h"

#include "base/time_fields.h"

#include <algorithm>
#include <chrono>

namespace alexander {

using time_text::Fields;
using time_text::months;
using time_text::seconds_a_day;
using time_text::weekdays;

namespace {

Fields to_fields(std::int64_t seconds) {
    using std::chrono::days;
    using std::chrono::sys_days;
    std::int64_t day_count = seconds / seconds_a_day;
    std::int64_t rest = seconds % seconds_a_day;
    if (rest < 0) {
        rest += seconds_a_day;
        --day_count;
    }
    // Years that do not fit four digits have no form in HTTP or S3: the nearest that do.
    day_count = std::clamp<std::int64_t>(day_count, -719528, 2932896);
    const sys_days date{days(static_cast<int>(day_count))};
    const std::chrono::year_month_day calendar(date);
    return {static_cast<int>(calendar.year()),
            static_cast<unsigned>(calendar.month()),
            static_cast<unsigned>(calendar.day()),
            std::chrono::weekday(date).c_encoding(),
            static_cast<unsigned>(rest / 3600),
            static_cast<unsigned>(rest / 60 % 60),
            static_cast<unsigned>(rest % 60)};
}

void append(std::string& text, std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width)
        text.append(width - digits.size(), '0');
    text += digits;
}

}  // namespace

std::string format_http_date(Timestamp time) {
    const Fields fields = to_fields(time.seconds);
    std::string text(weekdays[fields.weekday].substr(0, 3));
    text += ", ";
    append(text, fields.day, 2);
    text += ' ';
    text += months[fields.month - 1];
    text += ' ';
    append(text, fields.year, 4);
    text += ' ';
    append(text, fields.hour, 2);
    text += ':';
    append(text, fields.minute, 2);
    text += ':';
    append(text, fields.second, 2);
    text += " GMT";
    return text;
}

std::string format_iso8601(Timestamp time) {
    const Fields fields = to_fields(time.seconds);
    std::string text;
    append(text, fields.year, 4);
    text += '-';
    append(text, fields.month, 2);
    text += '-';
    append(text, fields.day, 2);
    text += 'T';
    append(text, fields.hour, 2);
    text += ':';
    append(text, fields.minute, 2);
    text += ':';
    append(text, fields.second, 2);
    text += '.';
    append(text, time.nanoseconds / 1'000'000, 3);
    text += 'Z';
    return text;
}

std::string format_iso8601_basic(Timestamp time) {
    const Fields fields = to_fields(time.seconds);
    std::string text;
    append(text, fields.year, 4);
    append(text, fields.month, 2);
    append(text, fields.day, 2);
    text += 'T';
    append(text, fields.hour, 2);
    append(text, fields.minute, 2);
    append(text, fields.second, 2);
    text += 'Z';
    return text;
}

}  // namespace alexander
