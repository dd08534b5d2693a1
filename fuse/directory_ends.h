// Where open directories end for those who read them.
#pragma once

#include "base/guarded.h"

#include <cstdint>
#include <unordered_map>

namespace alexander::fuse {

/// A handle of an open directory is a number. Any thread may call any method at any time.
class DirectoryEnds {
public:
    [[nodiscard]] std::uint64_t open() { return ++state_.lock()->newest; }

    /// 0 until it was set.
    [[nodiscard]] std::uint64_t end_of(std::uint64_t handle) {
        auto state = state_.lock();
        const auto found = state->ends.find(handle);
        return found == state->ends.end() ? 0 : found->second;
    }

    void set(std::uint64_t handle, std::uint64_t end) { state_.lock()->ends[handle] = end; }

    void close(std::uint64_t handle) { state_.lock()->ends.erase(handle); }

private:
    struct State {
        std::uint64_t newest = 0;
        std::unordered_map<std::uint64_t, std::uint64_t> ends;
    };

    Guarded<State> state_;
};

}  // namespace alexander::fuse
