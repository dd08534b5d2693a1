#include "base/time_fields.h"
#include "base/time_format.h"

#include <algorithm>
#include <chrono>

namespace alexander {

using time_text::Fields;
using time_text::months;
using time_text::seconds_a_day;
using time_text::weekdays;

namespace {

std::optional<Timestamp> to_timestamp(const Fields& fields) {
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(fields.year)),
                                           std::chrono::month(fields.month),
                                           std::chrono::day(fields.day));
    // 60 is a leap second, which becomes the next second as in POSIX.
    if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60)
        return std::nullopt;
    const std::int64_t day_count = std::chrono::sys_days(date).time_since_epoch().count();
    return Timestamp{day_count * seconds_a_day + std::int64_t{fields.hour} * 3600 +
                         std::int64_t{fields.minute} * 60 + fields.second,
                     0};
}

// Takes text from the front; the first mismatch makes everything after it fail.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

    [[nodiscard]] bool good() const { return good_; }

    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

    void literal(std::string_view expected) {
        good_ = good_ && rest_.substr(0, expected.size()) == expected;
        if (good_)
            rest_.remove_prefix(expected.size());
    }

    unsigned number(std::size_t width) {
        unsigned value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            good_ = good_ && peek() >= '0' && peek() <= '9';
            if (!good_)
                return 0;
            value = value * 10 + static_cast<unsigned>(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }

    unsigned month() {
        const auto found = std::find(months.begin(), months.end(), rest_.substr(0, 3));
        good_ = good_ && found != months.end();
        if (!good_)
            return 0;
        rest_.remove_prefix(3);
        return static_cast<unsigned>(found - months.begin()) + 1;
    }

    // The length of the weekday's name found, 0 if none.
    std::size_t weekday() {
        for (const std::string_view name : weekdays) {
            for (const std::string_view form : {name, name.substr(0, 3)}) {
                const bool ends = rest_.size() > form.size() &&
                                  (rest_[form.size()] == ',' || rest_[form.size()] == ' ');
                if (ends && rest_.substr(0, form.size()) == form) {
                    rest_.remove_prefix(form.size());
                    return form.size();
                }
            }
        }
        good_ = false;
        return 0;
    }

    void clock(Fields& fields) {
        fields.hour = number(2);
        literal(":");
        fields.minute = number(2);
        literal(":");
        fields.second = number(2);
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

Fields scan_asctime(Scanner& scanner) {
    Fields fields;
    scanner.literal(" ");
    fields.month = scanner.month();
    scanner.literal(" ");
    if (scanner.peek() == ' ') {
        scanner.literal(" ");
        fields.day = scanner.number(1);
    } else {
        fields.day = scanner.number(2);
    }
    scanner.literal(" ");
    scanner.clock(fields);
    scanner.literal(" ");
    fields.year = scanner.number(4);
    return fields;
}

Fields scan_http(Scanner& scanner, bool two_digit_year) {
    const std::string_view separator = two_digit_year ? "-" : " ";
    Fields fields;
    scanner.literal(", ");
    fields.day = scanner.number(2);
    scanner.literal(separator);
    fields.month = scanner.month();
    scanner.literal(separator);
    if (two_digit_year) {
        const unsigned year = scanner.number(2);
        fields.year = year < 70 ? 2000 + year : 1900 + year;
    } else {
        fields.year = scanner.number(4);
    }
    scanner.literal(" ");
    scanner.clock(fields);
    scanner.literal(" GMT");
    return fields;
}

std::int32_t scan_fraction(Scanner& scanner) {
    scanner.literal(".");
    std::int32_t nanoseconds = 0;
    std::int32_t unit = 100'000'000;
    while (scanner.good() && unit > 0 && scanner.peek() >= '0' && scanner.peek() <= '9') {
        nanoseconds += unit * static_cast<std::int32_t>(scanner.number(1));
        unit /= 10;
    }
    return nanoseconds;
}

// Seconds east of Greenwich; 24 hours mean that there is no such offset.
std::int64_t scan_offset(Scanner& scanner) {
    if (scanner.peek() == 'Z') {
        scanner.literal("Z");
        return 0;
    }
    const bool west = scanner.peek() == '-';
    scanner.literal(west ? "-" : "+");
    const unsigned hours = scanner.number(2);
    scanner.literal(":");
    const unsigned minutes = scanner.number(2);
    if (hours > 23 || minutes > 59)
        return seconds_a_day;
    const std::int64_t offset = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
    return west ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_http_date(std::string_view text) {
    Scanner scanner(text);
    const std::size_t weekday_size = scanner.weekday();
    const bool asctime = scanner.peek() == ' ';
    const Fields fields =
        asctime
            ? scan_asctime(scanner)
            : scan_http(scanner, text.size() > weekday_size + 4 && text[weekday_size + 4] == '-');
    if (!scanner.at_end())
        return std::nullopt;
    return to_timestamp(fields);
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
    Scanner scanner(text);
    Fields fields;
    fields.year = scanner.number(4);
    scanner.literal("-");
    fields.month = scanner.number(2);
    scanner.literal("-");
    fields.day = scanner.number(2);
    scanner.literal("T");
    scanner.clock(fields);
    const std::int32_t nanoseconds = scanner.peek() == '.' ? scan_fraction(scanner) : 0;
    const std::int64_t offset = scan_offset(scanner);
    if (!scanner.at_end() || offset == seconds_a_day)
        return std::nullopt;
    auto time = to_timestamp(fields);
    if (time) {
        time->seconds -= offset;
        time->nanoseconds = nanoseconds;
    }
    return time;
}

std::optional<Timestamp> parse_iso8601_basic(std::string_view text) {
    Scanner scanner(text);
    Fields fields;
    fields.year = scanner.number(4);
    fields.month = scanner.number(2);
    fields.day = scanner.number(2);
    scanner.literal("T");
    fields.hour = scanner.number(2);
    fields.minute = scanner.number(2);
    fields.second = scanner.number(2);
    scanner.literal("Z");
    if (!scanner.at_end())
        return std::nullopt;
    return to_timestamp(fields);
}

}  // namespace alexander
