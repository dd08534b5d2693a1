#include "store/process_table.h"

#include "base/error.h"

namespace alexander {

ProcessTable::~ProcessTable() {
    leave();
}

bool ProcessTable::is_unused(unsigned region) {
    return page_.region(region).state.load() == static_cast<std::uint64_t>(RegionState::unused);
}

bool ProcessTable::is_anybody_alive() {
    // Every byte, also those past `used`: the page itself is not trusted yet.
    bool alive = false;
    for (unsigned region = 0; region < max_processes; ++region)
        alive = !locks_.if_ownerless(region, [] {}) || alive;
    return alive;
}

void ProcessTable::join(const catalog::ProcessId& process, ProcessRole role) {
    for (unsigned number = 0; number < max_processes; ++number) {
        if (!is_unused(number) || !locks_.take_region(number))
            continue;
        SharedRegion& region = page_.region(number);
        lower_intents(region);  // a page that survived a power cut may hold anything
        withdraw(number, RegionState::unused);
        region.process = process;
        region.role.store(static_cast<std::uint64_t>(role));
        region.queued.store(0);
        region.done.store(0);
        region.applied.store(0);
        region.data_epoch.store(0);
        region.master_key.store(0);
        page_.words().used.raise(number + 1U);
        region.state.store(static_cast<std::uint64_t>(RegionState::in_use));
        own_ = number;
        return;
    }
    throw Error(ErrorCode::busy,
                "too many processes have the store open: " + std::to_string(max_processes));
}

void ProcessTable::leave() noexcept {
    if (own_ == none)
        return;
    withdraw(own_, RegionState::unused);
    try {
        locks_.leave_region(own_);
    } catch (const Error&) {
        // The file is gone, and the lock with it.
    }
    own_ = none;
}

bool ProcessTable::is_alive(unsigned region) {
    if (region == own_)
        return true;
    if (page_.region(region).state.load() != static_cast<std::uint64_t>(RegionState::in_use))
        return false;
    // Withdrawn while nobody can take the region, so that a successor's words are never touched.
    return !locks_.if_ownerless(region, [&] { withdraw(region, RegionState::buried); });
}

void ProcessTable::lower_intents(SharedRegion& region) {
    for (SharedWord& cell : region.own)
        cell.store(0);
    for (SharedWord& cell : region.below)
        cell.store(0);
}

std::vector<ProcessTable::Dead> ProcessTable::dead() {
    std::vector<Dead> found;
    for (unsigned region = 0; region < used(); ++region) {
        if (!is_unused(region) && !is_alive(region))
            found.push_back({region, page_.region(region).process});
    }
    return found;
}

void ProcessTable::forget(const Dead& dead) {
    std::ignore = locks_.if_ownerless(dead.region, [&] {
        SharedRegion& region = page_.region(dead.region);
        if (region.state.load() == static_cast<std::uint64_t>(RegionState::buried))
            region.state.store(static_cast<std::uint64_t>(RegionState::unused));
    });
}

// The mount's bit goes last: whoever still sees it finds words that block nobody.
void ProcessTable::withdraw(unsigned region, RegionState state) {
    SharedRegion& words = page_.region(region);
    if (words.state.load() == static_cast<std::uint64_t>(RegionState::in_use))
        lower_intents(words);
    words.session.store(0);
    words.serving.store(0);
    words.served_bucket.store(0);
    words.lagging_since.store(0);
    page_.words().serving.clear_bits(std::uint64_t{1} << region);
    words.state.store(static_cast<std::uint64_t>(state));
    page_.words().progress_event.signal();
}

std::vector<unsigned> ProcessTable::living() {
    std::vector<unsigned> regions;
    for (unsigned region = 0; region < used(); ++region) {
        if (is_alive(region))
            regions.push_back(region);
    }
    return regions;
}

bool ProcessTable::is_elected() {
    for (const unsigned region : living()) {
        if (page_.region(region).role.load() != static_cast<std::uint64_t>(ProcessRole::admin))
            return region == own_;
    }
    return false;
}

std::vector<catalog::ProcessId> ProcessTable::living_processes() {
    std::vector<catalog::ProcessId> processes;
    for (const unsigned region : living())
        processes.push_back(page_.region(region).process);
    return processes;
}

}  // namespace alexander
