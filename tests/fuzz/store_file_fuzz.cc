// Any bytes as the file STORE: refused, or written again as they were.
#include "base/error.h"
#include "crypto/crc.h"
#include "store/store_file.h"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace alexander;

void check(ByteView bytes) {
    try {
        const StoreFile file = parse_store_file(bytes);
        if (!std::ranges::equal(format_store_file(file), bytes))
            std::abort();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::not_a_store && error.code() != ErrorCode::corrupt &&
            error.code() != ErrorCode::newer_format)
            std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = std::as_bytes(std::span(data, size));
    check(bytes);
    // Once more with a checksum that fits.
    if (size >= store_file_size) {
        Bytes fitted = to_bytes(bytes.first(store_file_size));
        const std::uint32_t sum = crc32c(ByteView(fitted).first(store_file_size - 4));
        for (std::size_t i = 0; i < 4; ++i)
            fitted[store_file_size - 4 + i] = static_cast<std::byte>(sum >> (8 * i));
        check(fitted);
    }
    return 0;
}
