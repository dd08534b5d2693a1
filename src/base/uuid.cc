#include "base/uuid.h"

#include "base/hex.h"

namespace alexander {

namespace {

constexpr std::size_t text_size = 36;
constexpr std::array<std::size_t, 4> dashes = {8, 13, 18, 23};

}  // namespace

Uuid random_uuid(RandomSource& random) {
    Uuid uuid{};
    random.fill(uuid);
    uuid[6] = (uuid[6] & std::byte{0x0f}) | std::byte{0x40};
    uuid[8] = (uuid[8] & std::byte{0x3f}) | std::byte{0x80};
    return uuid;
}

std::string format_uuid(const Uuid& uuid) {
    std::string text = to_hex(uuid);
    for (const std::size_t position : dashes)
        text.insert(position, 1, '-');
    return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != text_size)
        return std::nullopt;
    std::string digits(text);
    for (auto position = dashes.rbegin(); position != dashes.rend(); ++position) {
        if (digits[*position] != '-')
            return std::nullopt;
        digits.erase(*position, 1);
    }
    Uuid uuid{};
    if (!from_hex(digits, uuid))
        return std::nullopt;
    return uuid;
}

}  // namespace alexander
