// Whatever is accepted is exactly what serializing it gives back.
#include "base/error.h"
#include "store/object_types.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const alexander::ByteView bytes = std::as_bytes(std::span(data, size));
    try {
        const auto attributes = alexander::ObjectAttributes::parse(bytes);
        if (attributes.serialize() != alexander::to_bytes(bytes))
            std::abort();
    } catch (const alexander::Error& error) {
        if (error.code() != alexander::ErrorCode::corrupt)
            std::abort();
    }
    return 0;
}
