// Keys, randomness and sample data that tests of this layer share.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/random_source.h"
#include "blob/sealer.h"

#include <cstdint>
#include <string>

namespace alexander::test {

/// first, first + 1, ... as a worked example can spell them out.
class CountingRandom final : public RandomSource {
public:
    explicit CountingRandom(unsigned first = 0) : next_(first) {}

    void fill(MutableBytes into) override {
        for (std::byte& byte : into)
            byte = static_cast<std::byte>(next_++);
    }

private:
    unsigned next_;
};

class FixedClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {1'700'000'000, 0}; }

    [[nodiscard]] std::chrono::nanoseconds monotonic() override { return {}; }
};

/// The same bytes for the same seed.
[[nodiscard]] Bytes random_bytes(std::size_t size, std::uint64_t seed);
[[nodiscard]] Bytes compressible_bytes(std::size_t size);

/// 00 01 02 ... 0f
[[nodiscard]] StoreUuid example_store();

/// Domain 7: id key 32 times 0x11, data key 0x22 (plus the epoch), gear key 0x33.
[[nodiscard]] DomainKeys example_keys(std::uint32_t epoch = 0);

/// The contents of the only ```hex block of docs/formats/<name>; `#` begins a remark.
[[nodiscard]] Bytes documented_example(const std::string& name);

/// Runs of 16 bytes as such a block has them, for a failed test to print.
[[nodiscard]] std::string hex_block(ByteView bytes);

/// True if `action` throws Error with `code`.
template <typename Action>
[[nodiscard]] bool throws_code(ErrorCode code, Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code() == code;
    }
    return false;
}

}  // namespace alexander::test
