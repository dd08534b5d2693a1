#include "base/logging.h"

#include "base/time_format.h"
#include "base/utf8.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>

namespace alexander {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

struct Event {
    Timestamp time;
    LogLevel level;
    std::string_view category;
    std::string_view message;
};

bool is_control(char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code < 0x20 || code == 0x7f;
}

// C1 controls, which terminals obey: U+0080 to U+009F.
bool is_wide_control(std::string_view sequence) {
    return sequence.size() == 2 && sequence[0] == '\xc2' &&
           static_cast<unsigned char>(sequence[1]) < 0xa0;
}

void append_hex(std::string& line, char letter) {
    const auto code = static_cast<unsigned char>(letter);
    line += hex_digits[code >> 4U];
    line += hex_digits[code & 15U];
}

// JSON knows \u00xx only, text has \xxx, which says which byte it was.
void append_escaped(std::string& line, std::string_view text, LogFormat format) {
    while (!text.empty()) {
        const std::size_t size = utf8_sequence(text);
        const std::string_view sequence = text.substr(0, size == 0 ? 1 : size);
        text.remove_prefix(sequence.size());
        if (size == 0 && format == LogFormat::json) {
            line += "\\ufffd";
        } else if (size == 0 || is_control(sequence[0]) || is_wide_control(sequence)) {
            if (sequence == "\n") {
                line += "\\n";
            } else {
                line += format == LogFormat::json ? "\\u00" : "\\x";
                append_hex(line, sequence.back());
            }
        } else if (sequence == "\"" || sequence == "\\") {
            line += '\\';
            line += sequence;
        } else {
            line += sequence;
        }
    }
}

void append_quoted(std::string& line, std::string_view text, LogFormat format) {
    line += '"';
    append_escaped(line, text, format);
    line += '"';
}

std::string number_text(double value) {
    std::array<char, 32> digits{};
    const int size = std::snprintf(digits.data(), digits.size(), "%.6g", value);
    return {digits.data(), static_cast<std::size_t>(std::max(size, 0))};
}

void append_value(std::string& line, const LogField::Value& value, LogFormat format) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        const bool bare = format == LogFormat::text && !text->empty() &&
                          text->find_first_of(" \"=\\") == std::string_view::npos;
        if (bare)
            append_escaped(line, *text, format);
        else
            append_quoted(line, *text, format);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
        line += *flag ? "true" : "false";
    } else if (const auto* real = std::get_if<double>(&value)) {
        // JSON has no form for these.
        line += std::isfinite(*real) || format == LogFormat::text ? number_text(*real) : "null";
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        line += std::to_string(*number);
    } else {
        line += std::to_string(std::get<std::uint64_t>(value));
    }
}

std::string text_line(const Event& event, LogFields fields) {
    std::string line = format_iso8601(event.time);
    line += ' ';
    line += to_string(event.level);
    line += ' ';
    append_escaped(line, event.category, LogFormat::text);
    line += ": ";
    append_escaped(line, event.message, LogFormat::text);
    for (const LogField& field : fields) {
        line += ' ';
        line += field.name();
        line += '=';
        append_value(line, field.value(), LogFormat::text);
    }
    line += '\n';
    return line;
}

void append_json_fields(std::string& line, LogFields fields) {
    for (const LogField& field : fields) {
        line += ',';
        append_quoted(line, field.name(), LogFormat::json);
        line += ':';
        append_value(line, field.value(), LogFormat::json);
    }
    line += "}\n";
}

std::string json_line(const Event& event, LogFields fields) {
    std::string line = R"({"time":")" + format_iso8601(event.time) + R"(","level":")";
    line += to_string(event.level);
    line += R"(","category":)";
    append_quoted(line, event.category, LogFormat::json);
    line += R"(,"message":)";
    append_quoted(line, event.message, LogFormat::json);
    append_json_fields(line, fields);
    return line;
}

}  // namespace

std::string format_act(Timestamp time, std::string_view act, LogFields fields) {
    std::string line = R"({"time":")" + format_iso8601(time) + R"(","act":)";
    append_quoted(line, act, LogFormat::json);
    append_json_fields(line, fields);
    return line;
}

std::string_view to_string(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::error:
            return "error";
        case LogLevel::warning:
            return "warning";
        case LogLevel::info:
            return "info";
        case LogLevel::debug:
            return "debug";
    }
    return "";
}

Logger::Logger(Clock& clock, LogLevel level, LogFormat format, int fd)
    : clock_(clock), format_(format), fd_(fd), level_(level) {}

void Logger::log(LogLevel level,
                 std::string_view category,
                 std::string_view message,
                 LogFields fields) {
    counts_[static_cast<std::size_t>(level)].add();
    if (!is_enabled(level))
        return;
    const Event event{clock_.now(), level, category, message};
    const std::string line =
        format_ == LogFormat::text ? text_line(event, fields) : json_line(event, fields);
    ssize_t written = 0;
    do
        written = ::write(fd_, line.data(), line.size());
    while (written < 0 && errno == EINTR);
}

}  // namespace alexander
