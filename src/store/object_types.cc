#include "store/object_types.h"

#include "base/hex.h"
#include "crypto/crc.h"

#include <limits>

namespace alexander {
namespace {

// Digits in ascending byte order, so that the texts sort as the numbers do.
constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
constexpr std::size_t number_digits = 13;  // 65 bits
constexpr std::size_t check_digits = 7;    // 35 bits

void append_number(std::string& text, std::uint64_t number, std::size_t count) {
    text.resize(text.size() + count);
    for (std::size_t i = 0; i < count; ++i, number >>= 5U)
        text[text.size() - 1 - i] = digits[number & 31U];
}

/// Refuses ids that were made up or cut; it is no protection against forging.
std::uint32_t check_of(std::string_view number_text) {
    return crc32c(as_bytes(number_text), crc32c(as_bytes("version id")));
}

}  // namespace

std::string VersionId::to_text() const {
    if (is_null_)
        return "null";
    // Counted down from the end, so that the newest sorts first.
    const auto down = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - seq_);
    std::string text;
    append_number(text, down, number_digits);
    append_number(text, check_of(text), check_digits);
    return text;
}

std::optional<VersionId> VersionId::parse(std::string_view text) {
    if (text == "null")
        return null();
    if (text.size() != number_digits + check_digits)
        return std::nullopt;
    std::uint64_t down = 0;
    for (const char digit : text.substr(0, number_digits)) {
        const std::size_t value = digits.find(digit);
        if (value == std::string_view::npos)
            return std::nullopt;
        down = (down << 5U) | value;
    }
    if (down >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    const VersionId id =
        of(std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(down));
    // One spelling only: comparing also catches an overflow of the 65th bit and a wrong check.
    if (id.to_text() != text)
        return std::nullopt;
    return id;
}

std::string Etag::to_text() const {
    std::string text = to_hex(digest);
    if (parts != 0)
        text += "-" + std::to_string(parts);
    return text;
}

}  // namespace alexander
