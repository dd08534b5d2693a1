// How far long work has come: one line that is rewritten on a terminal, a line now and then
// elsewhere.
#pragma once

#include "base/guarded.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace alexander::admin {

/// Shows the progress of one command. Any thread may call any method at any time.
///
/// Usual use: `Progress progress = invocation.progress("gc");`, then from the work's own callback
/// `progress.show({.phase = "mark", .done = rows, .total = all})`.
class Progress {
public:
    enum class Form : std::uint8_t {
        none,
        lines,     // a line at each new phase and every 10 s
        terminal,  // one line, rewritten ten times a second
    };

    enum class Unit : std::uint8_t { things, bytes };

    struct State {
        std::string_view phase = {};  // empty: the work has only one
        std::int64_t done = 0;
        std::int64_t total = 0;  // 0: unknown
        Unit unit = Unit::things;
    };

    /// What time it is and where text goes; tests put their own there.
    struct Surroundings {
        std::function<std::chrono::steady_clock::time_point()> now;
        std::function<void(std::string_view)> write;
        std::size_t columns = 80;  // of the terminal
    };

    /// `name` begins each line. Writes to standard error.
    Progress(std::string name, Form form);
    Progress(std::string name, Form form, Surroundings surroundings);

    /// Ends the line, if there is one.
    ~Progress();
    Progress(Progress&&) noexcept;
    Progress& operator=(Progress&&) = delete;

    /// Call it as often as you like. The time that is left is reckoned from the pace of this phase.
    void show(const State& state);

    /// Ends the line and begins anew with what is shown next.
    void finish();

private:
    struct Work;
    std::unique_ptr<Guarded<Work>> work_;
};

/// How progress is shown on this standard error.
[[nodiscard]] Progress::Form progress_form();

/// "512 B", "1.5 MiB".
[[nodiscard]] std::string format_bytes(std::int64_t bytes);

/// "8 s", "3 min 05 s", "2 h 10 min", "3 d 4 h".
[[nodiscard]] std::string format_duration(std::chrono::seconds time);

}  // namespace alexander::admin
