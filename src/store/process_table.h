// Which processes have the store open: regions of run/shared and the locks that prove them.
#pragma once

#include "store/shared_page.h"
#include "store/store_locks.h"

#include <vector>

namespace alexander {

/// This process's place among all that have the store open, given up when destroyed.
///
/// Any thread may call any method at any time, except where said otherwise. Methods that say so
/// need the catalog lock.
class ProcessTable {
public:
    ProcessTable(SharedPage& page, StoreLocks& locks) : page_(page), locks_(locks) {}

    ~ProcessTable();
    ProcessTable(const ProcessTable&) = delete;
    ProcessTable& operator=(const ProcessTable&) = delete;

    /// True if any process owns a region. Under the catalog lock.
    [[nodiscard]] bool is_anybody_alive();

    /// Takes a region. Under the catalog lock, once. Throws busy if all are taken.
    void join(const catalog::ProcessId& process, ProcessRole role);

    /// Gives the region back at an orderly end.
    void leave() noexcept;

    [[nodiscard]] unsigned own() const { return own_; }

    [[nodiscard]] SharedRegion& own_region() { return page_.region(own_); }

    /// One past the last region ever used.
    [[nodiscard]] unsigned used() { return static_cast<unsigned>(page_.words().used.load()); }

    /// False only if the region's process is gone; then its intents and numbers are withdrawn too.
    [[nodiscard]] bool is_alive(unsigned region);

    struct Dead {
        unsigned region;
        catalog::ProcessId process;
    };

    /// Processes that died and have not been forgotten. Under the catalog lock.
    [[nodiscard]] std::vector<Dead> dead();

    /// Frees the region of a dead process, of which nothing is left. Under the catalog lock.
    void forget(const Dead& dead);

    /// Regions of living processes, this one included.
    [[nodiscard]] std::vector<unsigned> living();

    /// True if this is the first living process that is not a command.
    [[nodiscard]] bool is_elected();

    /// Their names. Under the catalog lock.
    [[nodiscard]] std::vector<catalog::ProcessId> living_processes();

private:
    [[nodiscard]] bool is_unused(unsigned region);
    void withdraw(unsigned region, RegionState state);
    void lower_intents(SharedRegion& region);

    SharedPage& page_;
    StoreLocks& locks_;
    static constexpr unsigned none = max_processes;
    unsigned own_ = none;
};

}  // namespace alexander
