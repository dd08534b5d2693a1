// JSON as policies are written in: read strictly, into values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander {

/// A JSON value. Numbers keep their text: policies compare them as they stand.
struct JsonValue {
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

    // In the source: clang 14 wants `members` to be complete for its own.
    JsonValue();
    JsonValue(const JsonValue&);
    JsonValue(JsonValue&&) noexcept;
    JsonValue& operator=(const JsonValue&);
    JsonValue& operator=(JsonValue&&) noexcept;
    ~JsonValue();

    Kind kind = Kind::null;
    std::string text;              // of a string (UTF-8), number, `true` or `false`
    std::vector<JsonValue> items;  // of an array
    std::vector<std::pair<std::string, JsonValue>> members;  // of an object, in order

    [[nodiscard]] bool is_object() const { return kind == Kind::object; }

    [[nodiscard]] bool is_string() const { return kind == Kind::string; }

    [[nodiscard]] bool is_array() const { return kind == Kind::array; }

    /// nullptr if there is none.
    [[nodiscard]] const JsonValue* find(std::string_view name) const;
};

/// Reads one document (RFC 8259). Throws invalid_argument for anything else, for a name that is
/// twice in an object and for more than 32 levels.
[[nodiscard]] JsonValue parse_json(std::string_view document);

}  // namespace alexander
