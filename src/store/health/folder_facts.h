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
};

/// Reads run/shared and tries the locks of its regions; nothing is withdrawn or forgotten. Empty if
/// no process has had the store open since the machine started.
[[nodiscard]] std::vector<ProcessFacts> examine_processes(FileSystem& files);

struct SchemaFacts {
    std::int64_t stored = 0;
    std::int64_t known = 0;  // newest that this program has
};

/// Waits for the catalog lock. Throws not_a_store, corrupt, newer_format.
[[nodiscard]] SchemaFacts examine_schema(FileSystem& files, const std::string& database_path);

}  // namespace alexander
