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
    explicit Output(bool json) : json_(json) {}

    [[nodiscard]] bool is_json() const noexcept { return json_; }

    /// One record: `name: value` lines, or a JSON object.
    void record(const Record& record);

    /// Records of the same names: a table with a head, or a JSON array. `names` are its columns.
    void table(const std::vector<std::string>& names, const std::vector<Record>& rows);

    /// A sentence for people; nothing in JSON.
    void say(std::string_view text);

private:
    void write(const std::string& text);

    bool json_;
};

/// A JSON value; text is quoted and escaped, invalid UTF-8 replaced.
[[nodiscard]] std::string to_json(const Value& value);

/// As people read it; numbers of bytes stay exact.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace alexander::admin
