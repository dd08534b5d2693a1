// Any bytes as a record: an error or the plaintext that was sealed, and headers print as parsed.
#include "base/error.h"
#include "blob/sealer.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace alexander;  // NOLINT(google-build-using-namespace): one short program

namespace {

class NoRandom final : public RandomSource {
public:
    void fill(MutableBytes into) override { std::ranges::fill(into, std::byte{0}); }
};

Sealer make_sealer(RandomSource& random) {
    StoreUuid store{};
    for (std::size_t i = 0; i < store.size(); ++i)
        store[i] = static_cast<std::byte>(i);
    DomainKeys keys;
    keys.number = 7;
    keys.id_key = SecretBytes(Bytes(32, std::byte{0x11}));
    keys.data_key = SecretBytes(Bytes(32, std::byte{0x22}));
    return {store, std::move(keys), random, Compression::zstd};
}

bool parses(ByteView bytes) {
    try {
        const RecordHeader header = parse_record_header(bytes);
        if (!std::ranges::equal(format_record_header(header), bytes.first(record_header_size)))
            std::abort();
        return true;
    } catch (const Error&) {
        return false;
    }
}

// What opens must have the id that the header claims.
void open(const Sealer& sealer, ByteView bytes) {
    try {
        const Bytes plaintext = sealer.open(bytes);
        if (sealer.identify(plaintext) != parse_record_header(bytes).id)
            std::abort();
    } catch (const Error&) {  // the usual answer
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    NoRandom random;
    const Sealer sealer = make_sealer(random);
    const ByteView bytes = std::as_bytes(std::span(data, size));
    static_cast<void>(parses(bytes));
    open(sealer, bytes);

    // The same past the checksums.
    Bytes fitted = to_bytes(bytes);
    if (fitted.size() < record_overhead)
        return 0;
    set_record_sequence(MutableBytes(fitted).first<record_header_size>(), 0);
    finish_record(fitted);
    static_cast<void>(parses(fitted));
    open(sealer, fitted);
    return 0;
}
