// What the store is asked to do, and what must be there after the power came back.
#pragma once

#include "tests/crash/machine.h"

#include <optional>
#include <string>
#include <vector>

namespace alexander::crash {

/// Works with a record and a row each; the reference model of what became of them.
/// One thread.
class Workload {
public:
    Workload(std::uint64_t seed, Mutant mutant, std::size_t works);

    /// Submits all works, waiting now and then, and notes what was acknowledged.
    void run(Store& store, RandomSource& random);

    /// What is wrong with the store that came back, nothing if all is well:
    /// acknowledged works are there byte for byte, others entirely or not at all, a mount's are a
    /// prefix, no row leads to missing bytes, no pack is left open.
    [[nodiscard]] std::optional<std::string> check(Store& store,
                                                   FileSystem& files,
                                                   ProcessRole role) const;

    /// Everything that check looks at, as text: a second recovery must not change it.
    [[nodiscard]] std::string describe(Store& store, FileSystem& files) const;

private:
    struct Step {
        std::string name;
        ChunkId id;
        Bytes record;
        bool is_acknowledged = false;
    };

    enum class Found { nothing, everything, damage };
    [[nodiscard]] static Found find(const Step& step, Store& store, FileSystem& files);

    std::mt19937_64 engine_;
    const Mutant mutant_;
    std::vector<Step> steps_;
};

}  // namespace alexander::crash
