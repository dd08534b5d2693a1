#include "s3/uri.h"

#include <array>

namespace alexander::s3 {

namespace {

constexpr std::array<signed char, 256> hex_values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (int digit = 0; digit < 10; ++digit)
        values[static_cast<std::size_t>('0' + digit)] = static_cast<signed char>(digit);
    for (int digit = 0; digit < 6; ++digit) {
        values[static_cast<std::size_t>('a' + digit)] = static_cast<signed char>(10 + digit);
        values[static_cast<std::size_t>('A' + digit)] = static_cast<signed char>(10 + digit);
    }
    return values;
}();

int hex_value(char digit) {
    return hex_values[static_cast<unsigned char>(digit)];
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (text.size() - i < 3)
            return std::nullopt;
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0)
            return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

std::string percent_encode(std::string_view bytes, Slash slash) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) {
        if (is_unreserved(c) || (c == '/' && slash == Slash::keep)) {
            encoded += c;
            continue;
        }
        const auto value = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[value >> 4];
        encoded += digits[value & 15];
    }
    return encoded;
}

std::optional<Query> Query::parse(std::string_view raw) {
    std::vector<QueryParameter> parameters;
    while (!raw.empty()) {
        const std::string_view piece = raw.substr(0, raw.find('&'));
        raw.remove_prefix(std::min(raw.size(), piece.size() + 1));
        if (piece.empty())
            continue;
        const std::string_view name = piece.substr(0, piece.find('='));
        auto decoded_name = percent_decode(name);
        auto decoded_value = percent_decode(piece.substr(std::min(piece.size(), name.size() + 1)));
        if (!decoded_name || !decoded_value)
            return std::nullopt;
        parameters.push_back({std::move(*decoded_name), std::move(*decoded_value)});
    }
    return Query(std::move(parameters));
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (const QueryParameter& parameter : parameters_)
        if (parameter.name == name)
            return parameter.value;
    return std::nullopt;
}

}  // namespace alexander::s3
