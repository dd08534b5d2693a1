// A keyring's copy and body: no crash, and what parses is written again byte for byte.
#include "base/error.h"
#include "crypto/crc.h"
#include "crypto/keyring_format.h"

#include <cstdlib>

using alexander::Bytes;
using alexander::ByteView;

namespace format = alexander::keyring_format;

namespace {

void check_copy(ByteView copy) {
    try {
        const auto envelope = format::parse(copy);
        if (envelope && format::encode(*envelope) != alexander::to_bytes(copy))
            std::abort();
    } catch (const alexander::Error& error) {
        if (error.code() != alexander::ErrorCode::newer_format)
            throw;
    }
}

void set_checksum(Bytes& copy, std::size_t offset) {
    const std::uint32_t checksum = alexander::crc32c(ByteView(copy).first(offset));
    for (std::size_t i = 0; i < 4; ++i)
        copy[offset + i] = static_cast<std::byte>(checksum >> (8 * i));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input = std::as_bytes(std::span(data, size));
    check_copy(input);
    // Most inputs fail at a checksum: the same bytes once more with checksums that fit.
    if (size >= format::header_size) {
        Bytes copy = alexander::to_bytes(input);
        set_checksum(copy, format::header_size - 4);
        copy.resize(size + 4);
        set_checksum(copy, size);
        check_copy(copy);
        copy.resize(size);
        set_checksum(copy, size - 4);
        check_copy(copy);
    }
    const auto roots = format::parse_roots(input);
    if (roots &&
        alexander::to_bytes(format::encode_roots(*roots).view()) != alexander::to_bytes(input))
        std::abort();
    return 0;
}
