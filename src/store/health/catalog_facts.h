// What the catalog of an open store says about its health and its dangers.
#pragma once

#include "store/engine.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace alexander {

/// Names of buckets into which or from which anybody may do something, by policy or access list.
[[nodiscard]] std::vector<std::string> list_public_buckets(const Engine& engine);

struct ScrubFacts {
    std::int64_t packs = 0;
    std::int64_t damaged_chunks = 0;

    /// The moment up to which every pack has been made or scrubbed; 0 without packs.
    std::int64_t covered_until_seconds = 0;
};

[[nodiscard]] ScrubFacts get_scrub_facts(const Engine& engine);

struct LiveSums {
    std::int64_t objects = 0;
    std::int64_t versions = 0;
    std::int64_t logical_bytes = 0;
    std::int64_t pack_bytes = 0;  // on disk
};

/// Cheap enough to be asked each second, however large the store is.
[[nodiscard]] LiveSums get_live_sums(const Engine& engine);

/// Uploads that were begun before a moment and never completed.
[[nodiscard]] std::int64_t count_stale_uploads(const Engine& engine, std::int64_t before_seconds);

/// What SQLite finds wrong with the catalog's pages and indexes. Reads all of it.
[[nodiscard]] std::vector<std::string> find_catalog_damage(const Engine& engine);

}  // namespace alexander
