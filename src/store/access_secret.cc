#include "store/access_secret.h"

#include "base/error.h"

#include <algorithm>
#include <array>

namespace alexander {
namespace {

constexpr std::string_view upper_and_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Every letter equally likely: bytes past the last whole round are thrown away.
std::string random_text(RandomSource& random, std::string_view alphabet, std::size_t size) {
    const std::size_t limit = 256 - 256 % alphabet.size();
    std::string text;
    while (text.size() < size) {
        std::array<std::byte, 64> bytes{};
        random.fill(bytes);
        for (const std::byte byte : bytes) {
            const auto value = std::to_integer<std::size_t>(byte);
            if (value < limit && text.size() < size)
                text.push_back(alphabet[value % alphabet.size()]);
        }
    }
    return text;
}

bool is_id_letter(char c) {
    return letters_and_digits.find(c) != std::string_view::npos ||
           std::string_view("_.-=").find(c) != std::string_view::npos;
}

bool is_printable(char c) {
    return c > ' ' && c <= '~';
}

}  // namespace

std::string random_access_key_id(RandomSource& random) {
    return "AK" + random_text(random, upper_and_digits, 18);
}

std::string random_access_secret(RandomSource& random) {
    return random_text(random, letters_and_digits, 40);
}

void check_access_key(std::string_view id, std::string_view secret) {
    if (id.size() < 3 || id.size() > 128 || !std::all_of(id.begin(), id.end(), is_id_letter))
        throw Error(ErrorCode::invalid_argument,
                    "an access key id is 3 to 128 of A-Z a-z 0-9 _ . - =");
    if (secret.size() < 8 || secret.size() > 128 ||
        !std::all_of(secret.begin(), secret.end(), is_printable))
        throw Error(ErrorCode::invalid_argument, "a secret key is 8 to 128 printable characters");
}

std::string access_key_context(std::string_view id) {
    return "access key " + std::string(id);
}

}  // namespace alexander
