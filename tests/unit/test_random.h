// Randomness for tests that can be repeated: set ALEXANDER_TEST_SEED to the seed a failure printed.
#pragma once

#include "base/random_source.h"

#include <cstdlib>
#include <random>

namespace alexander {

/// Pseudo-random bytes; never fit for keys. One thread at a time.
class TestRandom final : public RandomSource {
public:
    TestRandom() : TestRandom(choose_seed()) {}

    explicit TestRandom(std::uint64_t seed) : seed_(seed), engine_(seed) {}

    void fill(MutableBytes into) override {
        for (std::byte& byte : into)
            byte = static_cast<std::byte>(engine_() & 0xffU);
    }

    /// Between 0 and limit - 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }

    [[nodiscard]] Bytes bytes(std::size_t size) {
        Bytes result(size);
        fill(result);
        return result;
    }

    /// For INFO("seed ", random.seed()).
    [[nodiscard]] std::uint64_t seed() const { return seed_; }

private:
    static std::uint64_t choose_seed() {
        const char* const wanted = std::getenv("ALEXANDER_TEST_SEED");
        return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device()();
    }

    std::uint64_t seed_;
    std::mt19937_64 engine_;
};

}  // namespace alexander
