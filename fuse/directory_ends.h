// What is known of open directories: where they end for those who read them, what gives their
// names.
#pragma once

#include "base/guarded.h"
#include "store/files/past_listing.h"

#include <cstdint>
#include <memory>
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

    /// Of a directory of the past; `make` gives one at the first call.
    template <typename Make>
    [[nodiscard]] std::shared_ptr<files::PastListing> listing(std::uint64_t handle, Make make) {
        auto state = state_.lock();
        std::shared_ptr<files::PastListing>& found = state->listings[handle];
        if (!found)
            found = make();
        return found;
    }

    void close(std::uint64_t handle) {
        auto state = state_.lock();
        state->ends.erase(handle);
        state->listings.erase(handle);
    }

private:
    struct State {
        std::uint64_t newest = 0;
        std::unordered_map<std::uint64_t, std::uint64_t> ends;
        std::unordered_map<std::uint64_t, std::shared_ptr<files::PastListing>>
            listings;  // shared with who is reading
    };

    Guarded<State> state_;
};

}  // namespace alexander::fuse
