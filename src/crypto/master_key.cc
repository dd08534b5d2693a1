#include "base/error.h"
#include "base/hex.h"
#include "crypto/keyring.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::size_t master_key_size = 32;

// Without white space: people type keys in groups.
SecretBytes squeeze(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n\v\f";
    const auto is_letter = [&](char letter) {
        return white_space.find(letter) == std::string_view::npos;
    };
    SecretBytes letters(static_cast<std::size_t>(std::ranges::count_if(text, is_letter)));
    std::ranges::copy_if(as_bytes(text), letters.bytes().begin(), [&](std::byte byte) {
        return is_letter(static_cast<char>(byte));
    });
    return letters;
}

}  // namespace

MasterKey MasterKey::parse(std::string_view hex) {
    SecretBytes key(master_key_size);
    // The message does not repeat what was given: it may be most of a key.
    const SecretBytes letters = squeeze(hex);
    if (!from_hex(as_text(letters.view()), key.bytes()))
        throw Error(ErrorCode::invalid_argument,
                    "the encryption key must be 64 hexadecimal characters");
    return MasterKey(std::move(key));
}

MasterKey MasterKey::generate(RandomSource& random) {
    SecretBytes key(master_key_size);
    random.fill(key.bytes());
    return MasterKey(std::move(key));
}

std::string MasterKey::reveal_hex() const {
    return to_hex(key_.view());
}

}  // namespace alexander
