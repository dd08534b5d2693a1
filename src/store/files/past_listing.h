// Names of a directory of the past, a batch at a time.
#pragma once

#include "base/guarded.h"
#include "store/files/directory_reader.h"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace alexander::files {

/// What an open directory of the past gives. Any thread may call it at any time.
///
/// Reading on from the cookie of any entry of the last read() continues right behind it, whatever
/// has changed; going back further begins anew and counts. Memory is that of one batch.
class PastListing {
public:
    struct Item {
        std::string name;
        catalog::Ino ino = 0;
        catalog::FileKind kind = catalog::FileKind::directory;
    };

    /// Appends the next items, some at least; false if they were the last (there may be none).
    using More = std::function<bool(std::vector<Item>& items)>;

    /// `start` makes what gives the items from the first on.
    explicit PastListing(std::function<More()> start) : state_(std::move(start)) {}

    /// At most `limit` entries after `cookie` (0: from the first), none at the end. Of their
    /// attributes only number and kind are told.
    [[nodiscard]] std::vector<DirectoryEntry> read(std::uint64_t cookie, std::size_t limit);

private:
    struct State {
        explicit State(std::function<More()> start_) : start(std::move(start_)) {}

        void restart();
        void fill();

        const std::function<More()> start;
        More more;
        std::deque<Item> items;
        std::uint64_t first = 0;  // cookie of the entry before items.front()
        bool is_last = true;
    };

    Guarded<State> state_;
};

}  // namespace alexander::files
