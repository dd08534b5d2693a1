// The small chores of an open store, done by its daemons every few seconds.
#pragma once

#include "base/clock.h"
#include "base/guarded.h"
#include "store/group_committer.h"
#include "store/process_table.h"
#include "store/reserve.h"
#include "store/store_recovery.h"

#include <chrono>
#include <functional>
#include <set>

namespace alexander {

class Logger;

/// Any thread; runs one at a time.
class Maintenance {
public:
    struct Parts {
        FileSystem& files;
        Clock& clock;
        Logger& log;
        catalog::Catalog& catalog;
        GroupCommitter& committer;
        SharedPage& page;
        StoreLocks& locks;
        ProcessTable& processes;
        std::uint64_t reserve_size_bytes;
        std::function<bool(SealedRecord&)> renew;  // ChunkStore's
    };

    explicit Maintenance(const Parts& parts)
        : parts_(parts),
          recovery_(parts.files, parts.catalog, parts.committer, parts.locks, parts.processes) {}

    /// Takes over what dead processes left, moves inline records that are a minute old into packs,
    /// trims the change log, refills the reserve. Throws what the store throws.
    void run();

    /// Takes over what dead processes left, whether any is known or not.
    void recover();

private:
    struct State {
        std::chrono::nanoseconds inline_seen_at{};   // when `inline_seen` was read
        std::set<catalog::ChunkNumber> inline_seen;  // chunks that were inline then
    };

    void move_inline_records(State& state);
    void trim_change_log();

    const Parts parts_;
    Guarded<State> state_;
    StoreRecovery recovery_;  // under state_'s lock
};

}  // namespace alexander
