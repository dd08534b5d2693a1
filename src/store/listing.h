// What a listing shows: keys that are objects, and common prefixes in place of many of them.
#pragma once

#include "store/slot_walk.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander {

/// The common prefix that stands for a key with `prefix`; nothing if the delimiter does not follow.
[[nodiscard]] std::optional<std::string_view> common_prefix_of(std::string_view key,
                                                               std::string_view prefix,
                                                               std::string_view delimiter);

/// The first key that may be shown after a key or common prefix; nothing if none can be.
[[nodiscard]] std::optional<std::string> resume_point(std::string_view prefix,
                                                      std::string_view delimiter,
                                                      std::string_view start_after);

/// The live part of a listing in order. With the delimiter "/", a directory is shown as a common
/// prefix without a look at what is in it.
///
/// One thread, within one snapshot.
class Listing {
public:
    struct Scope {
        std::string_view prefix;
        std::string_view delimiter;
    };

    Listing(catalog::Snapshot& snapshot, const catalog::Bucket& bucket, const Scope& scope);

    /// The next entry is the first at or after `from`.
    void seek(std::string_view from) { walk_.seek(from); }

    /// Goes to the next key or common prefix. False at the end.
    [[nodiscard]] bool next();

    /// A key, or a common prefix.
    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] bool is_prefix() const { return is_prefix_; }

    /// The object's, or the empty directory's; not for common prefixes.
    [[nodiscard]] const catalog::Slot& slot() const { return walk_.slot(); }

private:
    [[nodiscard]] bool is_visible();
    [[nodiscard]] bool is_live_directory();
    [[nodiscard]] bool end_prefix();

    catalog::Snapshot& snapshot_;
    const catalog::Bucket& bucket_;
    const std::string prefix_;
    const std::string delimiter_;
    SlotWalk walk_;
    std::string name_;
    bool is_prefix_ = false;
    bool leaves_prefix_ = false;  // the walk is still inside the common prefix that was shown
};

}  // namespace alexander
