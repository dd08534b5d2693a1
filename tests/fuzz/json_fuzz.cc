// Any bytes as JSON: refused with invalid_argument, or a value that, written again, reads the same.
#include "access/json.h"
#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace alexander;

std::string quote(const std::string& text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\' || static_cast<unsigned char>(letter) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(letter) & 0xffU);
            out += escape;
        } else {
            out += letter;
        }
    }
    return out + '"';
}

std::string write(const JsonValue& value) {
    std::string out;
    switch (value.kind) {
        case JsonValue::Kind::null:
            return "null";
        case JsonValue::Kind::boolean:
        case JsonValue::Kind::number:
            return value.text;
        case JsonValue::Kind::string:
            return quote(value.text);
        case JsonValue::Kind::array:
            for (const JsonValue& item : value.items)
                out += (out.empty() ? "" : ",") + write(item);
            return "[" + out + "]";
        case JsonValue::Kind::object:
            for (const auto& [name, member] : value.members)
                out += (out.empty() ? "" : ",") + quote(name) + ":" + write(member);
            return "{" + out + "}";
    }
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const std::string once = write(parse_json(text));
        try {
            if (write(parse_json(once)) != once)
                std::abort();
        } catch (const Error&) {
            std::abort();  // it does not read what it has written
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::invalid_argument)
            std::abort();
    }
    return 0;
}
