// run/shared: the words that all processes of a store see at once.
// Who writes which word, and in which order: docs/design/coherence.md.
#pragma once

#include "base/file_system.h"
#include "catalog/types.h"
#include "store/process_role.h"
#include "store/store_locks.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace alexander {

inline constexpr std::uint64_t shared_layout_version = 2;
inline constexpr std::size_t intent_cells = 4096;

/// A word of shared memory. Every access is sequentially consistent, across processes too.
class SharedWord {
public:
    [[nodiscard]] std::uint64_t load() { return word().load(); }

    void store(std::uint64_t value) { word().store(value); }

    std::uint64_t add(std::uint64_t value) { return word().fetch_add(value) + value; }

    void subtract(std::uint64_t value) { word().fetch_sub(value); }

    void set_bits(std::uint64_t bits) { word().fetch_or(bits); }

    void clear_bits(std::uint64_t bits) { word().fetch_and(~bits); }

    /// Stores the greater of the two.
    void raise(std::uint64_t value);

private:
    [[nodiscard]] std::atomic_ref<std::uint64_t> word() { return std::atomic_ref(value_); }

    alignas(8) std::uint64_t value_;
};

/// Lets threads of all processes sleep until something has changed.
///
/// seen = value(); look at the condition; wait(seen). A signal after value() is never missed.
class SharedEvent {
public:
    [[nodiscard]] std::uint32_t value() { return std::atomic_ref(value_).load(); }

    void signal();

    /// Returns after a signal since `seen`, after `at_most`, or for no reason.
    void wait(std::uint32_t seen, std::chrono::milliseconds at_most);

private:
    alignas(4) std::uint32_t value_;
    alignas(4) std::uint32_t waiters_;  // too high after a waiter was killed: costs a system call
};

enum class RegionState : std::uint64_t {
    unused = 0,
    in_use = 1,
    buried = 2,  // its process has died; the catalog still has rows of it
};

/// What one process tells the others. It counts only while the process holds the region's lock.
struct SharedRegion {
    SharedWord state;            // RegionState
    catalog::ProcessId process;  // written under the region's lock before `state`
    SharedWord role;             // ProcessRole
    SharedWord session;          // lowest commit_seq still in use, 0: none
    SharedWord serving;          // 1: it mounts `served_bucket`
    SharedWord served_bucket;    // 0: all
    SharedWord queued;           // number of the mount's last operation
    SharedWord done;             // all up to here are durable or withdrawn
    SharedWord applied;          // commit_seq that the mount's kernel has been told of
    SharedWord lagging_since;    // CLOCK_MONOTONIC in ns, 0: not lagging
    SharedWord data_epoch;       // it seals new records under this one
    SharedWord master_key;  // number of the master key it is set up with, 0: of none that opens
    std::array<SharedWord, intent_cells> own;  // writers in progress, by bucket
    std::array<SharedWord, intent_cells> below;
};

struct SharedWords {
    SharedWord layout;           // shared_layout_version, written last
    SharedWord committed;        // newest commit of any process
    SharedWord syncing;          // what the sync under way covers
    SharedWord synced;           // newest durable commit
    SharedWord catalog_suspect;  // 1: a sync failed; nothing may be committed or acknowledged
    SharedWord serving;          // bit r: region r may be a mount's
    SharedWord used;             // regions from here on were never used
    SharedEvent commit_event;    // `committed` rose
    SharedEvent progress_event;  // `done`, `applied` rose, or an intent was lowered
    std::array<SharedRegion, max_processes> regions;
};

/// The mapped file. Any thread may call any method at any time.
class SharedPage {
public:
    /// Maps run/shared, making it if it is not there.
    explicit SharedPage(FileSystem& files);

    [[nodiscard]] SharedWords& words() { return *words_; }

    [[nodiscard]] SharedRegion& region(unsigned number) { return words_->regions.at(number); }

    /// Forgets everything. Only while no process owns a region, under the catalog lock.
    void reset();

    /// Throws newer_format if living processes use another layout.
    void check_layout();

    [[nodiscard]] static std::size_t intent_cell(catalog::BucketId bucket) {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(bucket) % intent_cells);
    }

private:
    SharedWords* words_;  // lives as long as the file system
};

}  // namespace alexander
