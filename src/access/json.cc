#include "access/json.h"

#include "base/error.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace alexander {

namespace {

constexpr int depth_limit = 32;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto add = [&out](std::uint32_t byte) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0U | (code >> 6U));
        add(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        add(0xE0U | (code >> 12U));
        add(0x80U | ((code >> 6U) & 0x3FU));
        add(0x80U | (code & 0x3FU));
    } else {
        add(0xF0U | (code >> 18U));
        add(0x80U | ((code >> 12U) & 0x3FU));
        add(0x80U | ((code >> 6U) & 0x3FU));
        add(0x80U | (code & 0x3FU));
    }
}

class Parser {
public:
    explicit Parser(std::string_view rest) : rest_(rest) {}

    JsonValue document() {
        JsonValue value = this->value(0);
        skip_space();
        if (!rest_.empty())
            refuse("something follows the end");
        return value;
    }

private:
    [[noreturn]] static void refuse(const char* what) {
        throw Error(ErrorCode::invalid_argument, std::string("not valid JSON: ") + what);
    }

    void skip_space() {
        const std::size_t begin = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(std::min(begin, rest_.size()));
    }

    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

    char take() {
        if (rest_.empty())
            refuse("it ends early");
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool accept(std::string_view text) {
        if (!rest_.starts_with(text))
            return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    void expect(char c) {
        skip_space();
        if (take() != c)
            refuse("unexpected character");
    }

    JsonValue value(int depth) {
        if (depth > depth_limit)
            refuse("too many levels");
        skip_space();
        if (peek() == '{')
            return object(depth);
        if (peek() == '[')
            return array(depth);
        JsonValue value;
        if (peek() == '"') {
            value.kind = JsonValue::Kind::string;
            value.text = string();
        } else if (peek() == '-' || is_digit(peek())) {
            value.kind = JsonValue::Kind::number;
            value.text = number();
        } else if (!accept("null")) {
            value.kind = JsonValue::Kind::boolean;
            value.text = accept("true") ? "true" : "false";
            if (value.text == "false" && !accept("false"))
                refuse("unknown word");
        }
        return value;
    }

    JsonValue object(int depth) {
        JsonValue value;
        value.kind = JsonValue::Kind::object;
        expect('{');
        skip_space();
        if (accept("}"))
            return value;
        do {
            skip_space();
            if (peek() != '"')
                refuse("a member has no name");
            std::string name = string();
            if (value.find(name) != nullptr)
                refuse("a name is there twice");
            expect(':');
            value.members.emplace_back(std::move(name), this->value(depth + 1));
            skip_space();
        } while (accept(","));
        expect('}');
        return value;
    }

    JsonValue array(int depth) {
        JsonValue value;
        value.kind = JsonValue::Kind::array;
        expect('[');
        skip_space();
        if (accept("]"))
            return value;
        do {
            value.items.push_back(this->value(depth + 1));
            skip_space();
        } while (accept(","));
        expect(']');
        return value;
    }

    std::string digits() {
        std::string digits;
        while (is_digit(peek()))
            digits.push_back(take());
        if (digits.empty())
            refuse("a number has no digits");
        return digits;
    }

    std::string number() {
        std::string text = accept("-") ? "-" : "";
        const std::string whole = digits();
        if (whole.size() > 1 && whole.front() == '0')
            refuse("a number begins with 0");
        text += whole;
        if (accept("."))
            text += "." + digits();
        if (peek() == 'e' || peek() == 'E') {
            text += take();
            if (peek() == '+' || peek() == '-')
                text += take();
            text += digits();
        }
        return text;
    }

    std::uint32_t four_hex_digits() {
        std::uint32_t code = 0;
        for (int i = 0; i < 4; ++i) {
            static constexpr std::string_view lower = "0123456789abcdef";
            static constexpr std::string_view upper = "0123456789ABCDEF";
            const char c = take();
            const std::size_t digit = std::min(lower.find(c), upper.find(c));
            if (digit == std::string_view::npos)
                refuse("bad escape");
            code = code * 16 + static_cast<std::uint32_t>(digit);
        }
        return code;
    }

    void escape(std::string& out) {
        static constexpr std::array<std::pair<char, char>, 8> plain{{{'"', '"'},
                                                                     {'\\', '\\'},
                                                                     {'/', '/'},
                                                                     {'b', '\b'},
                                                                     {'f', '\f'},
                                                                     {'n', '\n'},
                                                                     {'r', '\r'},
                                                                     {'t', '\t'}}};
        const char c = take();
        const auto* const found =
            std::ranges::find(plain, c, [](const auto& pair) { return pair.first; });
        if (found != plain.end()) {
            out.push_back(found->second);
            return;
        }
        if (c != 'u')
            refuse("unknown escape");
        std::uint32_t code = four_hex_digits();
        if (code >= 0xD800 && code < 0xDC00) {
            if (!accept("\\u"))
                refuse("half a surrogate pair");
            const std::uint32_t low = four_hex_digits();
            if (low < 0xDC00 || low > 0xDFFF)
                refuse("half a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
        } else if (code >= 0xDC00 && code <= 0xDFFF) {
            refuse("half a surrogate pair");
        }
        append_utf8(out, code);
    }

    std::string string() {
        std::string text;
        expect('"');
        for (char c = take(); c != '"'; c = take()) {
            if (static_cast<unsigned char>(c) < 0x20)
                refuse("a control character in a string");
            if (c == '\\')
                escape(text);
            else
                text.push_back(c);
        }
        return text;
    }

    std::string_view rest_;
};

}  // namespace

JsonValue::JsonValue() = default;
JsonValue::JsonValue(const JsonValue&) = default;
JsonValue::JsonValue(JsonValue&&) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue&) = default;
JsonValue& JsonValue::operator=(JsonValue&&) noexcept = default;
JsonValue::~JsonValue() = default;

const JsonValue* JsonValue::find(std::string_view name) const {
    for (const auto& [member, value] : members)
        if (member == name)
            return &value;
    return nullptr;
}

JsonValue parse_json(std::string_view document) {
    for (std::string_view rest = document; !rest.empty();) {
        const std::size_t sequence = utf8_sequence(rest);
        if (sequence == 0)
            throw Error(ErrorCode::invalid_argument, "not valid JSON: not UTF-8");
        rest.remove_prefix(sequence);
    }
    return Parser(document).document();
}

}  // namespace alexander
