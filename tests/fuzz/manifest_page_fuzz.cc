// A manifest page either throws corrupt or is exactly what format_page makes of it.
#include "base/error.h"
#include "crypto/crc.h"
#include "store/manifest_page.h"

#include <cstdint>
#include <cstdlib>
#include <span>

using alexander::Bytes;
using alexander::ByteView;

namespace {

void check(std::int32_t level, ByteView body) {
    try {
        const alexander::ManifestPage page = alexander::parse_page(level, body);
        const Bytes again = alexander::format_page(page);
        if (!std::equal(again.begin(), again.end(), body.begin(), body.end()))
            std::abort();
        if (page.find(page.size_bytes() - 1) != page.entries.size() - 1)
            std::abort();
    } catch (const alexander::Error& error) {
        if (error.code() != alexander::ErrorCode::corrupt)
            std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input = std::as_bytes(std::span(data, size));
    if (input.size() < 2)
        return 0;
    const auto level = static_cast<std::int32_t>(input[1]);
    check(level, input);
    // Again with a checksum that fits, which no mutation finds by itself.
    Bytes body(input.begin(), input.end());
    const std::uint32_t crc = alexander::crc32c(body);
    for (unsigned shift = 0; shift < 32; shift += 8)
        body.push_back(static_cast<std::byte>(crc >> shift));
    check(level, body);
    return 0;
}
