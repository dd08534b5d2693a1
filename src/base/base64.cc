#include "base/base64.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::uint32_t> value_of(char letter) noexcept {
    if (letter >= 'A' && letter <= 'Z')
        return static_cast<std::uint32_t>(letter - 'A');
    if (letter >= 'a' && letter <= 'z')
        return static_cast<std::uint32_t>(letter - 'a') + 26;
    if (letter >= '0' && letter <= '9')
        return static_cast<std::uint32_t>(letter - '0') + 52;
    if (letter == '+')
        return 62;
    if (letter == '/')
        return 63;
    return std::nullopt;
}

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t start = 0; start < bytes.size(); start += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - start);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < count ? std::to_integer<std::uint32_t>(bytes[start + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= count ? alphabet[bits >> (18 - 6 * i) & 63U] : '=';
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    const std::string_view letters = text.substr(0, text.size() - padding);

    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::uint32_t bit_count = 0;
    for (const char letter : letters) {
        const auto value = value_of(letter);
        if (!value)
            return std::nullopt;
        bits = bits << 6U | *value;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            bytes.push_back(static_cast<std::byte>(bits >> bit_count & 0xffU));
            bits &= (1U << bit_count) - 1;
        }
    }
    if (bits != 0)
        return std::nullopt;
    return bytes;
}

}  // namespace alexander
