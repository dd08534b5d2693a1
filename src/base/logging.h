// One line an event, to standard error or wherever the program says.
#pragma once

#include "base/clock.h"
#include "base/metrics/meters.h"

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace alexander {

/// By what the operator does: act now, look this week, know of a rare event, search a fault.
enum class LogLevel : std::uint8_t { error, warning, info, debug };

enum class LogFormat : std::uint8_t { text, json };

/// A named value of an event; text must outlive the call that logs it.
class LogField {
public:
    LogField(std::string_view name, std::string_view value) : name_(name), value_(value) {}

    LogField(std::string_view name, const char* value) : LogField(name, std::string_view(value)) {}

    LogField(std::string_view name, const std::string& value)
        : LogField(name, std::string_view(value)) {}

    LogField(std::string_view name, bool value) : name_(name), value_(value) {}

    LogField(std::string_view name, double value) : name_(name), value_(value) {}

    LogField(std::string_view name, std::signed_integral auto value)
        : name_(name), value_(std::int64_t{value}) {}

    LogField(std::string_view name, std::unsigned_integral auto value)
        : name_(name), value_(std::uint64_t{value}) {}

    [[nodiscard]] std::string_view name() const { return name_; }

    using Value = std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t>;

    [[nodiscard]] const Value& value() const { return value_; }

private:
    std::string_view name_;
    Value value_;
};

using LogFields = std::initializer_list<LogField>;

/// Any thread may call any method at any time. Each event is one write(2), so lines never mix.
///
/// `category` is the layer or activity, such as "s3d", "gc". Whatever the text, an event stays one
/// line: control characters are escaped. Never log keys, signatures or bodies.
class Logger {
public:
    /// Events are written to `fd`, which must stay open.
    Logger(Clock& clock, LogLevel level, LogFormat format, int fd = 2);

    void set_level(LogLevel level) noexcept { level_ = level; }

    /// Events of the level so far, those included that were not written.
    [[nodiscard]] const Counter& count(LogLevel level) const noexcept {
        return counts_[static_cast<std::size_t>(level)];
    }

    [[nodiscard]] bool is_enabled(LogLevel level) const noexcept { return level <= level_.load(); }

    /// A line that cannot be written is lost: there is nobody left to tell.
    void log(LogLevel level,
             std::string_view category,
             std::string_view message,
             LogFields fields = {});

    void error(std::string_view category, std::string_view message, LogFields fields = {}) {
        log(LogLevel::error, category, message, fields);
    }

    void warning(std::string_view category, std::string_view message, LogFields fields = {}) {
        log(LogLevel::warning, category, message, fields);
    }

    void info(std::string_view category, std::string_view message, LogFields fields = {}) {
        log(LogLevel::info, category, message, fields);
    }

    void debug(std::string_view category, std::string_view message, LogFields fields = {}) {
        log(LogLevel::debug, category, message, fields);
    }

private:
    Clock& clock_;
    const LogFormat format_;
    const int fd_;
    std::atomic<LogLevel> level_;
    std::array<Counter, 4> counts_;  // by level
};

[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

/// One line of JSON with its end: `time`, `act`, and the fields.
[[nodiscard]] std::string format_act(Timestamp time, std::string_view act, LogFields fields);

}  // namespace alexander
