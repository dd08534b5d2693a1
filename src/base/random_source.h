// Randomness, injected so that tests can replay it.
#pragma once

#include "base/bytes.h"

namespace alexander {

class RandomSource {
public:
    virtual ~RandomSource() = default;

    /// Fills `into` with bytes fit for keys. Any thread, any time.
    virtual void fill(MutableBytes into) = 0;
};

/// getrandom(2), buffered per thread.
class SystemRandom final : public RandomSource {
public:
    void fill(MutableBytes into) override;
};

}  // namespace alexander
