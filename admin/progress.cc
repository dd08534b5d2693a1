#include "admin/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <tuple>

namespace alexander::admin {

namespace {

using Time = std::chrono::steady_clock::time_point;

constexpr auto pause_of_lines = std::chrono::seconds(10);
constexpr auto pause_on_terminal = std::chrono::milliseconds(100);

// From what is seen in less time nothing can be told.
constexpr auto least_for_estimate = std::chrono::seconds(1);

template <typename... Numbers>
std::string print(const char* form, Numbers... numbers) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), form, numbers...);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string amount(std::int64_t value, Progress::Unit unit) {
    return unit == Progress::Unit::bytes ? format_bytes(value) : std::to_string(value);
}

std::size_t terminal_columns() {
    winsize size = {};
    constexpr std::size_t usual = 80;
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

Progress::Surroundings standard_error() {
    return {[] { return std::chrono::steady_clock::now(); },
            [](std::string_view text) {
                // Who cannot see the progress sees the result.
                std::ignore = std::fwrite(text.data(), 1, text.size(), stderr);
                std::ignore = std::fflush(stderr);
            },
            terminal_columns()};
}

}  // namespace

struct Progress::Work {
    const std::string name;
    const Form form;
    const Surroundings surroundings;
    std::string phase = {};
    bool has_phase = false;
    Time began = {};
    std::int64_t done_at_begin = 0;
    Time shown = {};
    bool is_line_open = false;

    [[nodiscard]] std::optional<std::chrono::seconds> left(const State& state, Time now) const {
        const std::chrono::duration<double> taken = now - began;
        const std::int64_t advance = state.done - done_at_begin;
        if (taken < least_for_estimate || advance <= 0 || state.total <= state.done)
            return std::nullopt;
        return std::chrono::seconds(static_cast<std::int64_t>(
            taken.count() * static_cast<double>(state.total - state.done) /
            static_cast<double>(advance)));
    }

    [[nodiscard]] std::string line(const State& state, Time now) const {
        std::string text = name + ":";
        if (!state.phase.empty())
            text += " " + std::string(state.phase);
        if (state.total > 0) {
            const double part = static_cast<double>(state.done) / static_cast<double>(state.total);
            text += " " + amount(state.done, state.unit) + " of " +
                    amount(state.total, state.unit) + print(" (%.0f %%)", part * 100);
        } else if (state.done > 0) {
            text += " " + amount(state.done, state.unit);
        }
        if (const auto time = left(state, now))
            text += ", about " + format_duration(*time) + " left";
        return text;
    }

    void put(const std::string& text) {
        if (form == Form::lines)
            return surroundings.write(text + "\n");
        // A line that wraps could not be rewritten.
        const std::size_t room = surroundings.columns > 1 ? surroundings.columns - 1 : 1;
        surroundings.write("\r" + text.substr(0, room) + "\x1b[K");
        is_line_open = true;
    }

    void end_line() {
        if (is_line_open)
            surroundings.write("\n");
        is_line_open = false;
    }
};

Progress::Progress(std::string name, Form form)
    : Progress(std::move(name), form, standard_error()) {}

Progress::Progress(std::string name, Form form, Surroundings surroundings)
    : work_(std::make_unique<Guarded<Work>>(std::move(name), form, std::move(surroundings))) {}

Progress::Progress(Progress&&) noexcept = default;

Progress::~Progress() {
    if (work_)
        finish();
}

void Progress::show(const State& state) {
    auto work = work_->lock();
    if (work->form == Form::none)
        return;
    const Time now = work->surroundings.now();
    const bool is_new = !work->has_phase || work->phase != state.phase;
    if (is_new) {
        work->has_phase = true;
        work->phase = state.phase;
        work->began = now;
        work->done_at_begin = state.done;
    }
    const auto pause = work->form == Form::lines
                           ? std::chrono::duration_cast<std::chrono::milliseconds>(pause_of_lines)
                           : pause_on_terminal;
    const bool is_over = state.total > 0 && state.done == state.total;
    const bool is_due =
        is_new || now - work->shown >= pause || (is_over && work->form == Form::terminal);
    if (!is_due)
        return;
    work->shown = now;
    work->put(work->line(state, now));
}

void Progress::finish() {
    auto work = work_->lock();
    work->end_line();
    work->has_phase = false;
}

Progress::Form progress_form() {
    const char* const terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets
    const bool can_rewrite = terminal != nullptr && std::string_view(terminal) != "dumb";
    return ::isatty(STDERR_FILENO) == 1 && can_rewrite ? Progress::Form::terminal
                                                       : Progress::Form::lines;
}

std::string format_bytes(std::int64_t bytes) {
    static constexpr std::array<const char*, 7> units{
        "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    constexpr double step = 1024;
    while (value >= step && unit + 1 < units.size()) {
        value /= step;
        ++unit;
    }
    return unit == 0 ? std::to_string(bytes) + " B" : print("%.1f ", value) + units.at(unit);
}

std::string format_duration(std::chrono::seconds time) {
    const auto seconds = static_cast<long long>(time.count());
    constexpr long long minute = 60;
    constexpr long long hour = 3600;
    constexpr long long day = 86400;
    if (seconds < minute)
        return print("%lld s", seconds);
    if (seconds < hour)
        return print("%lld min %02lld s", seconds / minute, seconds % minute);
    if (seconds < day)
        return print("%lld h %02lld min", seconds / hour, seconds % hour / minute);
    return print("%lld d %lld h", seconds / day, seconds % day / hour);
}

}  // namespace alexander::admin
