// Kernel locks on the bytes of STORE, shared by every process that has the store open.
// Which lock may be taken under which: docs/design/threads.md.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>

namespace alexander {

/// Most processes at a time, and regions of run/shared.
inline constexpr unsigned max_processes = 64;

/// Threads get it in the order in which they asked. Any thread.
class FairMutex {
public:
    void lock();
    void unlock();

private:
    struct Turns {
        std::uint64_t next = 0;
        std::uint64_t served = 0;
    };

    Guarded<Turns> turns_;
    std::condition_variable changed_;
};

/// The locks die with the process: none can go stale. Any thread may call any method at any time.
class StoreLocks {
public:
    /// Throws not_a_store if there is no STORE.
    explicit StoreLocks(FileSystem& files);
    StoreLocks(const StoreLocks&) = delete;
    StoreLocks& operator=(const StoreLocks&) = delete;

    /// Holds one byte, and the mutex that stands for it inside the process. Processes that ask
    /// again and again take turns: the byte's turnstile (byte + 2) is held while waiting for it,
    /// and asked for before it. The kernel alone gives a lock to whoever comes first, which is the
    /// process that has just let it go.
    class Guard {
    public:
        Guard(File& file, std::uint64_t byte, FairMutex& mutex);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

    private:
        File& file_;
        const std::uint64_t byte_;
        FairMutex& mutex_;
    };

    /// Byte 0: every write transaction, checkpoint, creation and migration.
    [[nodiscard]] Guard lock_catalog() { return Guard(*own_, 0, catalog_mutex_); }

    /// Byte 1: every sync of the catalog's log. May be taken under the catalog lock, not above it.
    [[nodiscard]] Guard lock_sync() { return Guard(*own_, 1, sync_mutex_); }

    /// Byte 16 + region: held as long as the process that owns the region lives.
    /// False if another process has it, or looks at it in this moment.
    [[nodiscard]] bool take_region(unsigned region);
    void leave_region(unsigned region);

    /// Runs `act` while the region provably has no owner and can get none.
    /// False, without running it, if there is an owner (or another process does the same now).
    template <typename Act>
    bool if_ownerless(unsigned region, Act act) {
        // One open file holds a byte only once: threads must not share the probe.
        auto probe = probe_.lock();
        return run_ownerless(**probe, region, act);
    }

private:
    template <typename Act>
    static bool run_ownerless(File& probe, unsigned region, Act act) {
        if (!probe.lock(region_byte(region), Wait::no))
            return false;
        act();
        probe.unlock(region_byte(region));
        return true;
    }

    [[nodiscard]] static std::uint64_t region_byte(unsigned region) { return 16U + region; }

    const std::unique_ptr<File> own_;
    Guarded<std::unique_ptr<File>> probe_;  // another open file: its locks clash with those of own_
    FairMutex catalog_mutex_;
    FairMutex sync_mutex_;
};

}  // namespace alexander
