// What a command answers, as text for people or JSON for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace alexander::admin {

using Value = std::variant<std::string, std::int64_t, double, bool>;

/// Named values in order; names are snake_case.
using Record = std::vector<std::pair<std::string, Value>>;

/// Collects a command's answer and writes it to standard output. One thread.
class Output {
public:
    enum class Form : std::uint8_t { text, json };
    enum class Remarks : std::uint8_t { shown, left_out };

    explicit Output(Form form, Remarks remarks = Remarks::shown) : form_(form), remarks_(remarks) {}

    [[nodiscard]] bool is_json() const noexcept { return form_ == Form::json; }

    [[nodiscard]] bool is_quiet() const noexcept { return remarks_ == Remarks::left_out; }

    /// One record: `name: value` lines, or a JSON object.
    void record(const Record& record);

    /// Records of the same names: a table with a head, or a JSON array. `names` are its columns.
    void table(const std::vector<std::string>& names, const std::vector<Record>& rows);

    /// A sentence beside the answer; nothing in JSON or with --quiet.
    void say(std::string_view text);

    /// Text that is the answer itself, as it stands.
    void text(std::string_view text);

    /// The exit status of a command whose answer is one, such as doctor's. 0 unless set.
    void end_with(int exit_status) noexcept { exit_status_ = exit_status; }

    [[nodiscard]] int exit_status() const noexcept { return exit_status_; }

private:
    void write(std::string_view text);

    Form form_;
    Remarks remarks_;
    int exit_status_ = 0;
};

enum class Colour : std::uint8_t { plain, green, yellow, red, faint };

/// The text in a colour if standard output is a terminal that shows them and NO_COLOR is not set.
[[nodiscard]] std::string paint(Colour colour, const std::string& text);

/// A JSON value; text is quoted and escaped, invalid UTF-8 replaced.
[[nodiscard]] std::string to_json(const Value& value);

/// As people read it; numbers of bytes stay exact.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace alexander::admin
