#include "base/error.h"
#include "base/hex.h"
#include "crypto/keyring.h"

namespace alexander {

namespace {

constexpr std::size_t master_key_size = 32;

std::string_view trim(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

}  // namespace

MasterKey MasterKey::parse(std::string_view hex) {
    SecretBytes key(master_key_size);
    // The message does not repeat what was given: it may be most of a key.
    if (!from_hex(trim(hex), key.bytes()))
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
