// What can be told of a store's folder without opening the store: nothing is repaired or migrated.
#pragma once

#include "base/file_system.h"
#include "store/process_role.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace alexander {

/// A process that has the store open, or had when it died.
struct ProcessFacts {
    ProcessRole role = ProcessRole::admin;
    bool is_alive = false;
    std::optional<std::chrono::nanoseconds> lagging_since;  // CLOCK_MONOTONIC
    std::int64_t waiting = 0;  // of a mount: operations that are not durable yet
};

/// Numbers of the newest commit, and of the newest that is durable.
struct CommitFacts {
    std::int64_t committed = 0;
    std::int64_t synced = 0;
};

struct FolderFacts {
    CommitFacts commits;
    std::vector<ProcessFacts> processes;
};

/// Reads run/shared and tries the locks of its regions; nothing is withdrawn or forgotten. Empty if
/// no process has had the store open since the machine started.
[[nodiscard]] FolderFacts examine_folder(FileSystem& files);

struct SchemaFacts {
    std::int64_t stored = 0;
    std::int64_t known = 0;  // newest that this program has
};

/// Waits for the catalog lock. Throws not_a_store, corrupt, newer_format.
[[nodiscard]] SchemaFacts examine_schema(FileSystem& files, const std::string& database_path);

}  // namespace alexander
