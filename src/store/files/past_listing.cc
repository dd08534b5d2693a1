#include "store/files/past_listing.h"

#include <iterator>

namespace alexander::files {

void PastListing::State::restart() {
    more = start();
    items.clear();
    first = 0;
    is_last = false;
}

void PastListing::State::fill() {
    std::vector<Item> next;
    is_last = !more(next);
    items.insert(
        items.end(), std::make_move_iterator(next.begin()), std::make_move_iterator(next.end()));
}

std::vector<DirectoryEntry> PastListing::read(std::uint64_t cookie, std::size_t limit) {
    auto state = state_.lock();
    if (!state->more || cookie < state->first || cookie == 0)
        state->restart();
    for (;;) {
        for (; state->first < cookie && !state->items.empty(); ++state->first)
            state->items.pop_front();
        if (state->is_last || (state->first == cookie && state->items.size() >= limit))
            break;
        state->fill();
    }
    std::vector<DirectoryEntry> entries;
    for (const Item& item : state->items) {
        if (entries.size() == limit)
            break;
        DirectoryEntry entry;
        entry.name = item.name;
        entry.cookie = cookie + entries.size() + 1;
        entry.attributes.ino = item.ino;
        entry.attributes.kind = item.kind;
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace alexander::files
